#!/bin/bash
# Runs as root in a container of a MySQL image: leaves in /out what makes an image of it whose new volumes hold an initialised server.
set -euo pipefail
data=/out/mysql socket=/tmp/prepare.sock
mkdir -p /out && install -d -o mysql -g mysql -m 0750 "$data"

# Small files: each shard gets a copy. The server enlarges its redo log by itself.
options=(--no-defaults --user=mysql --datadir="$data" --socket="$socket" --log-error=/tmp/prepare.log --skip-log-bin --mysqlx=OFF
  --innodb-redo-log-capacity=8M --innodb-buffer-pool-size=64M --performance-schema=OFF)
trap 'cat /tmp/prepare.log >&2' ERR
mysqld "${options[@]}" --initialize-insecure
mysqld "${options[@]}" --daemonize --skip-networking --pid-file=/tmp/prepare.pid
client() { mysql --no-defaults --socket="$socket" --user=root "$@"; }
mysql_tzinfo_to_sql /usr/share/zoneinfo 2> /dev/null | client mysql
# No password can be had by anybody: the server's --init-file sets one before it listens.
client -e "CREATE USER root@'%' ACCOUNT LOCK; GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION"
server=$(< /tmp/prepare.pid)
client -e 'SET GLOBAL innodb_fast_shutdown = 0; SHUTDOWN'
while kill -0 "$server" 2> /dev/null; do sleep 0.1; done
# Each server's own: its identity and its keys.
rm -f "$data"/auto.cnf "$data"/ibtmp1 "$data"/*.pem
# A server makes its keys at its first start, and none where it finds one of them: killed in the middle of that, it is without
# TLS for ever. What is not whole is moved aside before each start, and made anew by the server.
cat > /out/whole-keys.sh <<'END'
#!/bin/bash
set -euo pipefail
cd /var/lib/mysql
whole() { # FILE...: each is there to its last line
  local file
  for file; do [[ $(tail -n 1 "$file" 2> /dev/null) == -----END* ]] || return 1; done
}
aside() { # FILE...: out of the way, and kept
  local file
  for file; do
    [[ -e $file ]] || continue
    echo "$file is one of a set of keys that is not whole: moved to $file.not-whole" >&2
    mv --force "$file" "$file.not-whole"
  done
}
whole ca.pem server-cert.pem server-key.pem || aside {ca,server-cert,client-cert,ca-key,server-key,client-key}.pem
whole private_key.pem public_key.pem || aside {private,public}_key.pem
exec docker-entrypoint.sh "$@"
END
chmod 0755 /out/whole-keys.sh
cat > /out/Dockerfile <<'END'
ARG BASE
FROM $BASE
COPY whole-keys.sh /usr/local/bin/
COPY --chown=mysql:mysql mysql/ /var/lib/mysql/
ENTRYPOINT ["whole-keys.sh"]
CMD ["mysqld"]
END
