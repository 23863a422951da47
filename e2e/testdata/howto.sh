# What a page's commands are run with: curl and bodhi put the id that was seen last in place of key_… and its like, show what comes
# back, and fail where it is a refusal. The programs of others are looked up, not run.
set -euo pipefail

fill() {
  local text=$1 kind id
  while [[ $text =~ ([a-z]+)_… ]]; do
    kind=${BASH_REMATCH[1]}
    id=$(grep -oE "\b${kind}_[0-9A-Za-z]{8,}" ids | tail -n 1) || { echo "no ${kind}_… was ever seen" >&2; return 1; }
    text=${text//"${kind}_…"/$id}
  done
  printf %s "$text"
}

filled() {
  args=()
  local a
  for a in "$@"; do a=$(fill "$a") && args+=("$a") || return; done
}

curl() {
  if [[ "$*" = *'/requests/req_…/text'* ]]; then kept; fi # what is to be read must have been kept first
  filled "$@"
  command curl -sS --fail-with-body "${args[@]}" >out || { [ -n "$MAY" ] && grep -qF "$MAY" out; } || { cat out; return 1; }
  tee -a ids <out
  echo
}

# What pages take to be there is made by these, which are no page's.
send() { command curl -sS --fail-with-body -X "$1" "$BODHI_URL/api/v1/$2" -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" ${3:+-d "$3"} >>ids || { tail -n 1 ids; return 1; }; }
post() { send POST "$@"; }
put() { send PUT "$@"; }
list() { send GET "$1"; }
# Not an alias: an experiment of another page may lead it elsewhere.
ask() {
  command curl -sS --fail-with-body -D - "$BASE/chat/completions" -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \
    -d '{"model": "sandbox-chat", "messages": [{"role": "user", "content": "Hello"}]}' >>ids
}
# A request whose text the team keeps, once it can be read.
kept() {
  ask
  until command curl -sf -X POST "$BODHI_URL/api/v1/requests/$(fill req_…)/text" -H "Authorization: Bearer $TOKEN" >/dev/null; do sleep 0.1; done
}

bodhi() {
  filled "$@"
  case $1 in
  login | serve) command bodhi "$1" --help >/dev/null; return ;; # a browser allows the one, the other is what is being asked
  restore) # elsewhere, where the master key is; verify then looks at what was restored
    mkdir -p restored && cp "$BODHI_DATA_DIR/master.key" restored/
    export BODHI_DATA_DIR=$PWD/restored ;;
  esac
  local status=0
  case $1 in
  setup | apply | import) printf 'y\ny\n' | command bodhi "${args[@]}" >out || status=$? ;; # they ask
  *) command bodhi "${args[@]}" >out || status=$? ;;
  esac
  tee -a ids <out
  # diff and --dry-run say by 1 that there is something to do.
  [ "$status" = 0 ] || { [ "$status" = 1 ] && [[ $1 = diff || " $* " = *" --dry-run "* ]]; }
}

make() { command make -s -n -C "$ROOT" "$@" >/dev/null; }
claude() { :; }
gemini() { :; }
ffmpeg() { :; }
