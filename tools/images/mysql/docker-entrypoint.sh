#!/bin/bash
# Starts mysqld; on an empty data directory it first initialises the server. Takes the official image's variables,
# init folder and command line (see tools/images/README.md). Unlike the official entrypoint, one that was interrupted
# half way begins anew at the next start: a marker file says that the data directory is unfinished.
set -euo pipefail
shopt -s nullglob

note() { printf '%s [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" "$*"; }
fail() { note "ERROR: $*" >&2; exit 1; }

# from_env_or_file VARIABLE [DEFAULT]: sets and exports VARIABLE from itself, from the file that VARIABLE_FILE names, or to the default.
from_env_or_file() {
  local variable=$1 file_variable=$1_FILE value=${2-}
  if [[ -n ${!variable-} && -n ${!file_variable-} ]]; then fail "$variable and $file_variable are both set: set only one"; fi
  if [[ -n ${!variable-} ]]; then value=${!variable}
  elif [[ -n ${!file_variable-} ]]; then
    [[ -r ${!file_variable} ]] || fail "$file_variable names ${!file_variable}, which user $(id -un) cannot read"
    value=$(< "${!file_variable}")
  fi
  export "$variable=$value"
  unset "$file_variable"
}

sql_string() { local text=${1//\\/\\\\}; printf "'%s'" "${text//\'/\'\'}"; }
sql_name() { printf '`%s`' "${1//\`/\`\`}"; }

# The client's login as an option file, so that the password is in no process's arguments.
client_options() {
  local password=${current_root_password//\\/\\\\}
  printf '[client]\nuser=root\npassword="%s"\n' "${password//\"/\\\"}"
}

# docker_process_sql [ARGUMENT...]: runs the SQL on stdin as root. The name is the official one: sourced init scripts call it.
docker_process_sql() {
  mysql --defaults-extra-file=<(client_options) --protocol=socket --socket="$socket" --comments \
    ${MYSQL_DATABASE:+--database="$MYSQL_DATABASE"} "$@"
}

check_variables() {
  from_env_or_file MYSQL_ROOT_PASSWORD
  from_env_or_file MYSQL_ROOT_HOST '%'
  from_env_or_file MYSQL_DATABASE
  from_env_or_file MYSQL_USER
  from_env_or_file MYSQL_PASSWORD
  if [[ -n ${MYSQL_RANDOM_ROOT_PASSWORD-} ]]; then
    MYSQL_ROOT_PASSWORD=$(head -c 18 /dev/urandom | base64)
  elif [[ -z $MYSQL_ROOT_PASSWORD && -z ${MYSQL_ALLOW_EMPTY_PASSWORD-} ]]; then
    fail 'the data directory is empty and no root password is given: set MYSQL_ROOT_PASSWORD, MYSQL_ROOT_PASSWORD_FILE, MYSQL_ALLOW_EMPTY_PASSWORD or MYSQL_RANDOM_ROOT_PASSWORD'
  fi
  if [[ $MYSQL_USER == root ]]; then fail 'MYSQL_USER is for a further user, root exists already: remove it'; fi
  if [[ -n $MYSQL_USER && -z $MYSQL_PASSWORD ]]; then fail 'MYSQL_USER is set without MYSQL_PASSWORD (or MYSQL_PASSWORD_FILE)'; fi
}

# What the entrypoint does for root is this server's own affair and stays out of the binary log, as officially.
create_users_and_database() {
  {
    echo "SET @@SESSION.SQL_LOG_BIN=0;"
    if [[ -n $MYSQL_ROOT_HOST && $MYSQL_ROOT_HOST != localhost ]]; then
      echo "CREATE USER 'root'@$(sql_string "$MYSQL_ROOT_HOST") IDENTIFIED BY $(sql_string "$MYSQL_ROOT_PASSWORD");"
      echo "GRANT ALL ON *.* TO 'root'@$(sql_string "$MYSQL_ROOT_HOST") WITH GRANT OPTION;"
    fi
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(sql_string "$MYSQL_ROOT_PASSWORD");"
  } | docker_process_sql --database=mysql
  current_root_password=$MYSQL_ROOT_PASSWORD
  if [[ -n $MYSQL_DATABASE ]]; then
    docker_process_sql --database=mysql <<< "CREATE DATABASE IF NOT EXISTS $(sql_name "$MYSQL_DATABASE");"
  fi
  if [[ -n $MYSQL_USER ]]; then
    docker_process_sql --database=mysql <<< "CREATE USER $(sql_string "$MYSQL_USER")@'%' IDENTIFIED BY $(sql_string "$MYSQL_PASSWORD");"
    if [[ -n $MYSQL_DATABASE ]]; then # in a grant `_` is a wildcard
      docker_process_sql --database=mysql <<< "GRANT ALL ON $(sql_name "${MYSQL_DATABASE//_/\\_}").* TO $(sql_string "$MYSQL_USER")@'%';"
    fi
  fi
}

run_init_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    note "running $file"
    case $file in
      *.sh) if [[ -x $file ]]; then "$file"; else . "$file"; fi ;;
      *.sql) docker_process_sql < "$file" ;;
      *.sql.gz) gunzip -c "$file" | docker_process_sql ;;
      *) note "ignored: neither .sh nor .sql nor .sql.gz" ;;
    esac
  done
}

# initialise MYSQLD_COMMAND...: makes a whole data directory out of an empty one (or of an unfinished one).
initialise() {
  if [[ -e $unfinished ]]; then
    note "the last initialisation of $datadir was interrupted: beginning anew"
    # The marker stays until the end: killed in the middle of this, the next start must come here again.
    find "$datadir" -mindepth 1 -maxdepth 1 -not -name lost+found -not -path "$unfinished" -exec rm -rf {} +
  elif [[ -n $(find "$datadir" -mindepth 1 -not -name lost+found -print -quit) ]]; then
    fail "$datadir holds files, but no MySQL data: give the container an empty volume"
  fi
  check_variables
  touch "$unfinished"

  # A named time zone (default-time-zone=Asia/Seoul) is known only when its tables are loaded; until then SYSTEM.
  note "initialising $datadir"
  "$@" --initialize-insecure --default-time-zone=SYSTEM
  note "starting the server without network for the set-up"
  "$@" --daemonize --skip-networking --default-time-zone=SYSTEM --socket="$socket"
  current_root_password=''
  if [[ -z ${MYSQL_INITDB_SKIP_TZINFO-} ]]; then
    # On stderr it names each file that is no time zone, as there are some.
    mysql_tzinfo_to_sql /usr/share/zoneinfo 2> /dev/null | docker_process_sql --database=mysql
  fi
  create_users_and_database
  run_init_files
  mysqladmin --defaults-extra-file=<(client_options) --socket="$socket" shutdown # waits for its end

  rm "$unfinished"
  if [[ -n ${MYSQL_RANDOM_ROOT_PASSWORD-} ]]; then note "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"; fi
  note "initialised"
}

if [[ ${1-} == -* ]]; then set -- mysqld "$@"; fi
if [[ ${1-} != mysqld || " $* " =~ ' '(--help|-\?|--version|-V|--print-defaults)' ' ]]; then exec "$@"; fi

# The server's own view of its options, out of defaults, configuration files and arguments.
options=$("$@" --verbose --help --log-bin-index=/tmp/none.index 2> /tmp/mysqld-options.err) \
  || fail "mysqld cannot read its options: $(< /tmp/mysqld-options.err)"
option() { sed -n "s|^$1  *||p" <<< "$options"; }
datadir=$(option datadir) socket=$(option socket)
if [[ $datadir != /?* || $socket != /?* ]]; then fail "datadir ($datadir) and socket ($socket) must be absolute paths"; fi
datadir=${datadir%/} unfinished=${datadir%/}/.initialisation-unfinished

if [[ $(id -u) == 0 ]]; then
  mkdir -p "$datadir" "$(dirname "$socket")"
  find "$datadir" "$(dirname "$socket")" -not -user mysql -exec chown --no-dereference mysql: {} +
  rm -f /tmp/mysqld-options.err # user mysql writes it once more
  exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
fi

if [[ ! -d $datadir/mysql || -e $unfinished ]]; then
  trap 'fail "stopped before the initialisation was done; the next start begins it anew"' TERM INT
  initialise "$@"
fi
unset MYSQL_ROOT_PASSWORD MYSQL_PASSWORD # not the server's business any more
exec "$@"
