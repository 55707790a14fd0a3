#!/bin/sh
cat > /tmp/sentinel.conf <<CONF
port 26379
sentinel monitor orders first 6379 2
sentinel down-after-milliseconds orders 5000
CONF
exec redis-sentinel /tmp/sentinel.conf
