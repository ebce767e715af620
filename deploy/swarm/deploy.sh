#!/bin/sh
# Deploys the stack, or what has changed of it. On a manager:
#
#   deploy/swarm/deploy.sh [name of the stack, by default shardwatch] [further -c <file> for docker stack deploy]
#
# The first run makes the passwords that are missing, in deploy/swarm/secrets/. Yours to put there:
#   discord_token        the bot's token
#   alert_webhook_url    a Discord channel's webhook, to which alerts go (deploy/services/alertmanager-values.yaml)
#   dead_man_url         who calls when alerting itself falls silent; optional, and said at each run when missing
#
# New passwords for NATS: remove nats_*_password there and run this again. NATS takes them first, the others follow;
# for about a minute nothing is published, and Discord replays it.
#
# Variables: SHARDWATCH_IMAGE, SHARD_COUNT, DATA_NODE (by default this node) and those in stack.yaml; SECRETS, a
# folder with other secrets than deploy/swarm/secrets.
set -eu
umask 077
export STACK="${1:-shardwatch}"
[ $# -eq 0 ] || shift
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export SECRETS="${SECRETS:-$here/secrets}"

version() { cat "$@" | sha256sum | cut -c 1-12; }
# 32 hexadecimal digits: nothing in them needs quoting in a URL.
password() { [ -s "$1" ] || head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$1"; }

missing=''
for name in discord_token alert_webhook_url; do
  [ -s "$SECRETS/$name" ] || missing="$missing $name"
done
if [ -n "$missing" ]; then
  echo "Put these into $SECRETS, one file each:$missing" >&2
  exit 2
fi
password "$SECRETS/postgres_password"
password "$SECRETS/grafana_password"
: > "$SECRETS/nats_passwords"
for user in gateway worker exporter; do
  password "$SECRETS/nats_${user}_password"
  key=$(echo "${user}_PASSWORD" | tr '[:lower:]' '[:upper:]')
  # Quoted: 12e34567... would be a number.
  echo "$key: '$(cat "$SECRETS/nats_${user}_password")'" >> "$SECRETS/nats_passwords"
done
printf 'postgres://shardwatch:%s@postgres:5432/shardwatch' "$(cat "$SECRETS/postgres_password")" > "$SECRETS/database_url"

: "${DATA_NODE:=$(docker info --format '{{.Name}}')}"
NATS_VERSION=$(version "$here/nats.conf" "$root/deploy/services/nats.conf")
NATS_PASSWORDS_VERSION=$(version "$SECRETS/nats_passwords")
PROMETHEUS_VERSION=$(version "$root/deploy/services/prometheus.yaml")
RULES_VERSION=$(version "$root/alerts/generated/rules.yaml")
ALERTMANAGER_VERSION=$(version "$root/deploy/services/alertmanager.yaml")
GRAFANA_VERSION=$(version "$root"/deploy/services/grafana-*.yaml)
DASHBOARDS_VERSION=$(version "$root"/dashboards/generated/*.json)
# Of secrets too, the name tells nothing: 12 digits of the hash of 32 random ones, or of a token.
DISCORD_TOKEN_VERSION=$(version "$SECRETS/discord_token")
DATABASE_VERSION=$(version "$SECRETS/postgres_password")
GRAFANA_PASSWORD_VERSION=$(version "$SECRETS/grafana_password")
ALERT_WEBHOOK_VERSION=$(version "$SECRETS/alert_webhook_url")
export DATA_NODE NATS_VERSION PROMETHEUS_VERSION RULES_VERSION ALERTMANAGER_VERSION GRAFANA_VERSION \
  DASHBOARDS_VERSION DISCORD_TOKEN_VERSION DATABASE_VERSION GRAFANA_PASSWORD_VERSION ALERT_WEBHOOK_VERSION \
  NATS_PASSWORDS_VERSION

if grep -q 'name: dead-man' "$root/deploy/services/alertmanager.yaml"; then
  if [ ! -s "$SECRETS/dead_man_url" ]; then
    echo "Put the address of your dead man's switch into $SECRETS/dead_man_url: alertmanager.yaml asks for it" >&2
    exit 2
  fi
  DEAD_MAN_VERSION=$(version "$SECRETS/dead_man_url")
  export DEAD_MAN_VERSION
  set -- -c "$here/dead-man.yaml" "$@"
  dead_man=''
else
  dead_man=1
fi

# A process that comes with a password which NATS does not know yet ends, and Swarm would take its update back: so
# NATS is first, where it runs already.
nats_first() {
  secrets='{{range .Spec.TaskTemplate.ContainerSpec.Secrets}}{{.SecretName}}{{end}}'
  old=$(docker service inspect --format "$secrets" "${STACK}_nats" 2>/dev/null) || return 0
  new="${STACK}_nats_passwords_$NATS_PASSWORDS_VERSION"
  if [ -z "$old" ] || [ "$old" = "$new" ]; then return 0; fi
  echo "NATS takes new passwords: $new"
  docker secret inspect "$new" >/dev/null 2>&1 ||
    docker secret create --label "com.docker.stack.namespace=$STACK" "$new" "$SECRETS/nats_passwords" >/dev/null
  docker service update --quiet --detach=false --update-monitor 3s --secret-rm "$old" \
    --secret-add "source=$new,target=/etc/nats/passwords.conf" "${STACK}_nats" >/dev/null
}
nats_first

docker stack deploy --prune --with-registry-auth -c "$here/stack.yaml" "$@" "$STACK"

# Swarm keeps configs and secrets of earlier versions for ever. What a service has now, or would get back in a
# rollback, stays.
remove_unused() {
  names='{{range .Secrets}}{{println .SecretName}}{{end}}{{range .Configs}}{{println .ConfigName}}{{end}}'
  now="{{with .Spec.TaskTemplate.ContainerSpec}}$names{{end}}"
  before="{{with .PreviousSpec}}{{with .TaskTemplate.ContainerSpec}}$names{{end}}{{end}}"
  # Word by word: one service each. Without the list nothing may be removed, and the script ends.
  # shellcheck disable=SC2046
  used=$(docker service inspect --format "$now$before" $(docker service ls --quiet))
  for kind in config secret; do
    docker "$kind" ls --filter "label=com.docker.stack.namespace=$STACK" --format '{{.Name}}' | while read -r name; do
      if printf '%s\n' "$used" | grep -qxF "$name"; then continue; fi
      echo "removing $kind $name, which no service uses any more"
      docker "$kind" rm "$name" >/dev/null || echo "it stays for now" >&2
    done
  done
}
remove_unused

cat <<TEXT

docker stack services $STACK      until all replicas are there
http://$DATA_NODE:3000            Grafana; user admin, password in $SECRETS/grafana_password
TEXT
if [ -n "$dead_man" ]; then
  cat <<TEXT

NOBODY NOTICES WHEN ALERTING ITSELF IS DEAD: there is no dead man's switch. To set one, let a service outside of this
cluster expect a call every minute, put the address that it gives you into $SECRETS/dead_man_url,
take the comment signs from deadMan in deploy/services/alertmanager-values.yaml, and run
  npm run alertmanager -- --values deploy/services/alertmanager-values.yaml --out deploy/services/alertmanager.yaml
and this script again.
TEXT
fi
