#!/bin/sh
set -e
OWNER="$(ls -ld /state | awk '{print $3}')"
if [ "$OWNER" = redis ]; then
  echo "the directory is right"
else
  mkdir -p /state
  chown -R redis:redis /state
fi
sed "s/MASTER/$MASTER/" /common/template.conf > /state/sentinel.conf
exec redis-sentinel /state/sentinel.conf
