require("express")().get("/",(q,s)=>s.send("hi")).listen(3000)
