#!/bin/sh
exec redis-sentinel /conf/sentinel.conf
