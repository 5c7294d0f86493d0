mkdir -p data
seq 0 299999 | sed 's/^/word/' > data/words.txt
