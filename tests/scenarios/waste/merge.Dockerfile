# 30 MB made, half of them overwritten, the other half deleted: each in a RUN of its own.
FROM scenario/base
RUN mkdir /data && for n in 1 2 3 4 5 6; do yes "made $n" | head -c 5000000 > /data/$n; done
RUN for n in 1 2 3; do yes "made again $n" | head -c 5000000 > /data/$n; done
RUN rm /data/4 /data/5 /data/6
