#!/usr/bin/env bash
# Runs coding agents as people use them, headless, through the built gateway: make clients
#
# They come from npm, a few hundred megabytes, so this is no part of `make test`. The sandbox answers: as itself, which speaks
# every client's dialect, and as kinds of provider that need translation. One line is printed for each case.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
codex_version=0.169.0 claude_version=2.1.330 opencode_version=1.18.33 gemini_version=0.61.0
prefix=$root/var/clients
mkdir -p "$prefix"
if [ ! -x "$prefix/node_modules/.bin/gemini" ]; then
  (cd "$prefix" && npm install --prefix . --no-audit --no-fund --ignore-scripts --loglevel error "@openai/codex@$codex_version" "@anthropic-ai/claude-code@$claude_version" \
    "opencode-ai@$opencode_version" "@google/gemini-cli@$gemini_version")
fi
codex=$prefix/node_modules/.bin/codex
claude=$(ls "$prefix"/node_modules/@anthropic-ai/claude-code-*/claude | head -1)
opencode=$(ls "$prefix"/node_modules/opencode-*/bin/opencode | head -1)
gemini=$prefix/node_modules/.bin/gemini

# Codex refuses to put its helpers below a temporary directory.
dir=$(mktemp -d "$prefix/run.XXXXXX")
mkdir -p "$dir/work" "$dir/home" "$dir/codex" "$dir/claude" "$dir/opencode" "$dir/gemini/.gemini"
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$dir"' EXIT

free() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'; }
field() { node -e 'console.log(JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))[process.argv[2]])' "$1" "$2"; }
up() { for _ in $(seq 100); do curl -fso /dev/null "$1" && return; sleep 0.1; done; echo "nothing answers at $1" >&2; exit 1; }

box=$(free) port=$(free)
bin/bodhi sandbox --addr "127.0.0.1:$box" > "$dir/sandbox.log" 2>&1 & pids+=($!)
export BODHI_DATA_DIR=$dir/var BODHI_ADDR=127.0.0.1:$port BODHI_EGRESS_ALLOW_PRIVATE=127.0.0.0/8 PW=a-long-password-1 KEY=sandbox
boot() { # slug-like name, budget, then models
  local name=$1 budget=$2; shift 2
  bin/bodhi bootstrap --org "$name" --admin "admin@$name.test" --password-env PW ${budget:+--budget "$budget"} \
    --provider name=own,kind=sandbox --provider "name=chat,kind=openai-compatible,base-url=http://127.0.0.1:$box/v1,key-env=KEY" \
    --provider "name=claude,kind=anthropic,base-url=http://127.0.0.1:$box,key-env=KEY" "$@" --json > "$dir/$name.json" 2> "$dir/boot.log" || { cat "$dir/boot.log"; exit 1; }
}
boot acme '' --model native=own/sandbox-chat --model chat=chat/sandbox-chat --model claude=claude/claude-sonnet-4-5 --model claude-sonnet-4-5=own/sandbox-chat \
  --provider "name=google,kind=gemini,base-url=http://127.0.0.1:$box,key-env=KEY" --model gemini-2.5-flash=google/gemini-2.5-flash --model gemini-2.5-pro=own/sandbox-chat
boot broke 0.000001/monthly/hard --model native=own/sandbox-chat
bin/bodhi serve > "$dir/serve.log" 2>&1 & pids+=($!)
up "http://127.0.0.1:$port/readyz"

failed=0
check() { # name, file, patterns that must be in it
  local name=$1 file=$2; shift 2
  for want in "$@"; do
    if ! grep -qE -- "$want" "$file"; then
      echo "FAIL  $name: no $want"; tail -c 2000 "$file"; failed=1; return
    fi
  done
  echo "ok    $name ($(( $(date +%s%N) / 1000000 - began )) ms)"
}

run_codex() { # organization, model, file
  cat > "$dir/codex/config.toml" <<TOML
model = "$2"
model_provider = "bodhi"
approval_policy = "never"
sandbox_mode = "read-only"

[model_providers.bodhi]
name = "Bodhi"
base_url = "$(field "$dir/$1.json" proxy_url)"
env_key = "BODHI_KEY"
wire_api = "responses"
TOML
  began=$(( $(date +%s%N) / 1000000 ))
  (cd "$dir/work" && timeout 90 env -i PATH="$PATH" HOME="$dir/home" CODEX_HOME="$dir/codex" BODHI_KEY="$(field "$dir/$1.json" virtual_key)" \
    "$codex" exec --skip-git-repo-check --json "Say hello" < /dev/null) > "$3" 2>&1 || true
}
run_claude() { # model, file
  began=$(( $(date +%s%N) / 1000000 ))
  local url; url=$(field "$dir/acme.json" proxy_url)
  (cd "$dir/work" && timeout 90 env -i PATH="$PATH" HOME="$dir/claude" ANTHROPIC_BASE_URL="${url%/v1}" ANTHROPIC_AUTH_TOKEN="$(field "$dir/acme.json" virtual_key)" \
    ANTHROPIC_MODEL="$1" ANTHROPIC_SMALL_FAST_MODEL="$1" CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 \
    "$claude" -p "Say hello" --output-format stream-json --verbose < /dev/null) > "$2" 2>&1 || true
}

run_opencode() { # family, model, file
  local url npm; url=$(field "$dir/acme.json" proxy_url)
  case $1 in compatible) npm=@ai-sdk/openai-compatible ;; *) npm=@ai-sdk/$1 ;; esac
  cat > "$dir/opencode/opencode.json" <<JSON
{"autoupdate": false, "share": "disabled", "permission": "allow", "small_model": "bodhi/$2",
 "provider": {"bodhi": {"npm": "$npm", "name": "Bodhi", "options": {"baseURL": "$url", "apiKey": "{env:BODHI_KEY}"}, "models": {"$2": {"name": "$2", "tool_call": true}}}}}
JSON
  began=$(( $(date +%s%N) / 1000000 ))
  (cd "$dir/work" && timeout 90 env -i PATH="$PATH" HOME="$dir/opencode" OPENCODE_CONFIG="$dir/opencode/opencode.json" OPENCODE_DISABLE_MODELS_FETCH=1 OPENCODE_DISABLE_LSP_DOWNLOAD=1 \
    BODHI_KEY="$(field "$dir/acme.json" virtual_key)" "$opencode" run --format json --model "bodhi/$2" "Say hello" < /dev/null) > "$3" 2>&1 || true
}
run_gemini() { # model, file
  local url; url=$(field "$dir/acme.json" proxy_url)
  echo '{"security":{"auth":{"selectedType":"gemini-api-key"}},"general":{"disableAutoUpdate":true},"privacy":{"usageStatisticsEnabled":false}}' > "$dir/gemini/.gemini/settings.json"
  began=$(( $(date +%s%N) / 1000000 ))
  (cd "$dir/work" && timeout 90 env -i PATH="$PATH" HOME="$dir/gemini" GOOGLE_GEMINI_BASE_URL="${url%/v1}" GEMINI_API_KEY="$(field "$dir/acme.json" virtual_key)" \
    "$gemini" -m "$1" --approval-mode yolo --skip-trust --output-format stream-json -p "Say hello" < /dev/null) > "$2" 2>&1 || true
}

# Whatever the sandbox's made-up command is, Codex runs it or rejects it, sends the result back and gets an answer.
for model in native chat claude; do
  run_codex acme "$model" "$dir/out"
  check "Codex, from $model, with a tool call" "$dir/out" '"type":"command_execution"|tools::router' '"type":"agent_message"' 'This is the sandbox.' '"type":"turn.completed"'
done
run_codex broke native "$dir/out"
check "Codex, without money: it stops and says why" "$dir/out" '"type":"turn.failed"' 'uota'
if [ $(( $(date +%s%N) / 1000000 - began )) -gt 5000 ]; then
  echo "FAIL  Codex asks again and again"; failed=1
fi
for model in claude-sonnet-4-5 chat claude; do
  run_claude "$model" "$dir/out"
  check "Claude Code, from $model, with a tool call" "$dir/out" '"type":"tool_use"' '"type":"tool_result"' 'This is the sandbox.' '"is_error":false'
done
# Claude Code once more, signed in as a person and without a key: the log-in, what it is sent, a refresh, the end of a budget, a leaver.
signed() { # file
  began=$(( $(date +%s%N) / 1000000 ))
  (cd "$dir/work" && timeout 90 env -i PATH="$PATH" HOME="$dir/signed" "$claude" -p "Say hello" --output-format stream-json --verbose --debug-file "$dir/debug.log" < /dev/null) > "$1" 2>&1 || true
}
api() { # method, path, body
  curl -fsS -X "$1" -H "Authorization: Bearer $(field "$dir/acme.json" admin_token)" -H 'Content-Type: application/json' "http://127.0.0.1:$port/api/v1$2" ${3:+-d "$3"}
}
mkdir -p "$dir/signed"
env -i PATH="$PATH" HOME="$dir/signed" bin/bodhi setup claude-code --base "$(field "$dir/acme.json" proxy_url)" --model claude-sonnet-4-5 --yes > "$dir/setup.log"
api POST /members "{\"name\":\"Dave\",\"email\":\"dave@acme.test\",\"role\":\"developer\",\"teams\":[\"$(field "$dir/acme.json" team_id)\"],\"password\":\"correct zebra staple 9\"}" > "$dir/dave.json"
api PUT /agents/settings '{"settings":{"cleanupPeriodDays":30}}' > /dev/null
began=$(( $(date +%s%N) / 1000000 ))
env -i PATH="$PATH" HOME="$dir/signed" node e2e/clients/login.mjs "$claude" "http://127.0.0.1:$port" dave@acme.test 'correct zebra staple 9' > "$dir/out" 2>&1 || true
check "Claude Code, logged in as a person" "$dir/out" '"state":"confirm_account","shown":"dave@acme.test"' '"state":"done"'
signed "$dir/out"
check "Claude Code, signed in: it asks" "$dir/out" 'This is the sandbox.' '"is_error":false'
check "Claude Code, signed in: it takes the organization's settings" "$dir/debug.log" 'Remote settings: Fetched successfully'
node -e 'const fs = require("fs"), f = process.argv[1], j = JSON.parse(fs.readFileSync(f)); j.enterpriseGateway.expiresAt = Date.now(); fs.writeFileSync(f, JSON.stringify(j))' "$dir/signed/.claude/.credentials.json"
signed "$dir/out"
check "Claude Code, signed in: it refreshes" "$dir/debug.log" 'refreshed gateway JWT'
check "Claude Code, signed in: and goes on" "$dir/out" '"is_error":false'
api POST /budgets "{\"scope\":\"$(field "$dir/dave.json" id)\",\"limit_usd\":\"0.000001\",\"period\":\"monthly\",\"enforcement\":\"hard\"}" > "$dir/budget.json"
until api GET "/budgets/$(field "$dir/budget.json" id)" > /dev/null; do sleep 0.1; done
signed "$dir/out"
check "Claude Code, signed in, without money: it says why, once" "$dir/out" '"api_error_type":"billing_error"' 'monthly budget of'
api POST "/members/$(field "$dir/dave.json" id)/disable" > /dev/null
node -e 'const fs = require("fs"), f = process.argv[1], j = JSON.parse(fs.readFileSync(f)); j.enterpriseGateway.expiresAt = Date.now(); fs.writeFileSync(f, JSON.stringify(j))' "$dir/signed/.claude/.credentials.json"
signed "$dir/out"
check "Claude Code of a leaver: no refresh" "$dir/debug.log" 'rejected refresh token'
check "Claude Code of a leaver: no answer" "$dir/out" '"is_error":true' '/login'
for family in compatible:native openai:chat openai:native anthropic:claude anthropic:chat; do
  run_opencode "${family%:*}" "${family#*:}" "$dir/out"
  check "opencode, $family, with a tool call" "$dir/out" '"type":"tool_use"' 'This is the sandbox.'
done
for model in gemini-2.5-flash gemini-2.5-pro; do # Google's own dialect, and translated
  run_gemini "$model" "$dir/out"
  check "Gemini CLI, from $model, with a tool call" "$dir/out" '"type":"tool_use"' '"type":"tool_result"' 'sandbox\.' '"status":"success"'
done
bin/bodhi verify --json > "$dir/verify.json" && echo "ok    the books balance"
exit $failed
