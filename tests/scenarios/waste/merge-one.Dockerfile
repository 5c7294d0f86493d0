# The same three in one RUN.
FROM scenario/base
RUN mkdir /data && for n in 1 2 3 4 5 6; do yes "made $n" | head -c 5000000 > /data/$n; done \
 && for n in 1 2 3; do yes "made again $n" | head -c 5000000 > /data/$n; done \
 && rm /data/4 /data/5 /data/6
