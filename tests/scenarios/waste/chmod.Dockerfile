# 50 MB, shipped twice: the second time with another mode.
FROM scenario/base AS source
RUN mkdir /data && for n in $(seq 50); do seq $((n * 1000000)) 999999999 | head -c 1000000 > /data/$n; done
FROM scenario/base
COPY --from=source /data /data
RUN chmod -R g+w /data
