# bookworm has no upx: it comes from its backports.
FROM scenario/gcc
RUN echo 'deb http://deb.debian.org/debian bookworm-backports main' > /etc/apt/sources.list.d/backports.list \
 && apt-get update \
 && apt-get install -y --no-install-recommends upx-ucl/bookworm-backports \
 && rm -rf /var/lib/apt/lists/*
