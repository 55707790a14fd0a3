#!/bin/bash
set -e
read -r HOST <<< "$MASTER"
echo "sentinel monitor m $HOST 6379 2" > /etc/s.conf
exec redis-sentinel /etc/s.conf
