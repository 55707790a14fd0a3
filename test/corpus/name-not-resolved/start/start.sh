#!/bin/sh
cp /start/sentinel.template /data/sentinel.conf
sed -i "s/\$QUORUM/$QUORUM/g" /data/sentinel.conf
sed -i "s/\$DOWN_AFTER/$DOWN_AFTER/g" /data/sentinel.conf
exec docker-entrypoint.sh redis-server /data/sentinel.conf --sentinel
