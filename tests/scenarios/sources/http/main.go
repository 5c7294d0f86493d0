// A small HTTP service. `app check` asks itself over the loopback and ends.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

func greet(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	if name == "" {
		name = "world"
	}
	fmt.Fprintf(w, "hello, %s\n", name)
}

// fetch passes on what another service answers: over TLS, so it wants the certificates of the system.
func fetch(w http.ResponseWriter, r *http.Request) {
	answer, err := http.Get("https://" + os.Getenv("UPSTREAM") + "/")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	io.Copy(w, answer.Body)
}

func check(address string) {
	answer, err := http.Get("http://" + address + "/?name=check")
	if err != nil {
		log.Fatal(err)
	}
	io.Copy(os.Stdout, answer.Body)
}

func main() {
	http.HandleFunc("/", greet)
	http.HandleFunc("/fetch", fetch)
	if len(os.Args) > 1 && os.Args[1] == "check" {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			log.Fatal(err)
		}
		go http.Serve(listener, nil)
		check(listener.Addr().String())
		return
	}
	log.Fatal(http.ListenAndServe(":8080", nil))
}
