package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// call runs a command against a server with the answer to every request.
func call(t *testing.T, status int, answer string, args ...string) (out, wrong string, code int) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.UserAgent(), "bodhi-cli/") || r.Header.Get("Authorization") != "Bearer bdt_x" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, answer)
	}))
	t.Cleanup(s.Close)
	var a, b bytes.Buffer
	code = run(context.Background(), append(args, "--url", s.URL, "--token", "bdt_x"), &a, &b)
	return a.String(), b.String(), code
}

func TestFailuresHaveExitCodesOfTheirOwn(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{400: 2, 401: 3, 403: 4, 404: 5, 409: 6, 412: 6, 500: 1} {
		_, said, code := call(t, status, `{"code":"x","detail":"What to do."}`, "key", "show", "key_1")
		if code != want || !strings.Contains(said, "What to do.") {
			t.Errorf("%d: exit %d, %s", status, code, said)
		}
	}
	var out, wrong bytes.Buffer
	if code := run(context.Background(), []string{"key", "lits"}, &out, &wrong); code != 2 {
		t.Errorf("a misspelt command: %d", code)
	}
}

// A script that goes on after a backup must not take one that was cut off for one that is there.
func TestACommandThatIsInterruptedHasFailed(t *testing.T) {
	t.Parallel()
	file, dir := filepath.Join(t.TempDir(), "bodhi.yaml"), t.TempDir()
	if err := os.WriteFile(file, []byte("data_dir: "+dir+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var quiet bytes.Buffer
	if code := run(t.Context(), []string{"migrate", "up", "--config", file}, &quiet, &quiet); code != 0 {
		t.Fatal(quiet.String())
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, args := range [][]string{
		{"backup", filepath.Join(dir, "backup.tar.gz"), "--config", file},
		{"key", "list", "--url", "http://127.0.0.1:9", "--token", "bdt_x"},
	} {
		var out, wrong bytes.Buffer
		if code := run(ctx, args, &out, &wrong); code != 1 || !strings.Contains(wrong.String(), "interrupted") {
			t.Errorf("%s: exit %d, %s", args[0], code, &wrong)
		}
	}
	var out, wrong bytes.Buffer
	if code := run(ctx, []string{"serve", "--config", file}, &out, &wrong); code != 0 {
		t.Errorf("serve, which ends so: exit %d, %s", code, &wrong)
	}
}

// A shell without the server's settings looks at another directory: nothing is made there, and nothing is said to be well.
func TestCommandsForAnInstallationMakeNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, data := filepath.Join(dir, "bodhi.yaml"), filepath.Join(dir, "elsewhere")
	if err := os.WriteFile(file, []byte("data_dir: "+data+"\nconsole: 127.0.0.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"backup", filepath.Join(dir, "backup.tar.gz")}, {"verify"}, {"rotate-kek"}, {"suspense", "list"}, {"migrate", "status"}, {"migrate", "down", "--force"}, {"console"}} {
		var out, wrong bytes.Buffer
		if code := run(t.Context(), append(args, "--config", file), &out, &wrong); code != 1 || !strings.Contains(wrong.String(), "there is no database at "+data) || out.Len() > 0 {
			t.Errorf("%s: exit %d, %s %s", args[0], code, &wrong, &out)
		}
	}
	var out, wrong bytes.Buffer
	if code := run(t.Context(), []string{"doctor", "--config", file}, &out, &wrong); !strings.Contains(out.String(), "there is no database at "+data) {
		t.Errorf("doctor: exit %d, %s %s", code, &wrong, &out)
	}
	if made, err := filepath.Glob(filepath.Join(data, "bodhi.db*")); err != nil || len(made) > 0 {
		t.Errorf("made: %v %v", made, err)
	}
	if err := os.RemoveAll(data); err != nil { // doctor looked whether it could be written
		t.Fatal(err)
	}
	if made, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(made) != 1 {
		t.Errorf("made: %v %v", made, err)
	}
}

func TestListsAreTablesOrJSON(t *testing.T) {
	t.Parallel()
	const page = `{"data":[{"id":"key_1","name":"a\u001b[31m","status":"active","team":"team_1","account":"build"}],"has_more":false}`
	out, said, code := call(t, 200, page, "key", "list")
	if code != 0 || !strings.Contains(out, "key_1  a?[31m  active  team_1  build") || !strings.HasPrefix(out, "ID") {
		t.Errorf("%d %q %s", code, out, said)
	}
	if out, _, code = call(t, 200, page, "key", "list", "--json"); code != 0 || !strings.HasPrefix(out, "[") || !strings.Contains(out, `"id": "key_1"`) {
		t.Errorf("%d %q", code, out)
	}
	if out, _, code = call(t, 200, `{"data":[]}`, "team", "list"); code != 0 || out != "There are no teams.\n" {
		t.Errorf("%d %q", code, out)
	}
	if out, _, code = call(t, 200, `{"data":[]}`, "team", "list", "--json"); code != 0 || out != "[]\n" {
		t.Errorf("%d %q", code, out)
	}
}

func TestTheCacheIsListedAndCleared(t *testing.T) {
	t.Parallel()
	out, said, code := call(t, 200, `{"data":[{"id":"cch_1","name":"FAQ","scope_label":"Acme","mode":"exact","sharing":"organization","approved":false,"ttl":"7d","last_resort":"30d"}]}`, "cache", "list")
	if code != 0 || !strings.Contains(out, "cch_1  FAQ   Acme  exact  team, until an admin agrees  7d   -           30d") {
		t.Errorf("%d %q %s", code, out, said)
	}
	if out, _, code = call(t, 200, `{"data":[]}`, "cache", "list"); code != 0 || !strings.Contains(out, "nothing is kept") {
		t.Errorf("%d %q", code, out)
	}
	if out, _, code = call(t, 200, `{"total":{"hits":3,"saved_usd":"1.5"},"rows":[{"of":"smart","hits":3,"misses":1,"saved_usd":"1.5","saved_ms":20}]}`, "cache", "saved", "--by", "model"); code != 0 ||
		!strings.Contains(out, "smart  3     1       1.5          20") || !strings.Contains(out, "total") {
		t.Errorf("%d %q", code, out)
	}
	if out, _, code = call(t, 200, `{"entries":2}`, "cache", "clear", "--model", "smart"); code != 0 || !strings.Contains(out, "2 answers") {
		t.Errorf("%d %q", code, out)
	}
	if out, _, code = call(t, 200, `{"data":[{"id":"req_1","model":"smart","mode":"relaxed","rule":"strict","similarity":0.97,"served":true,"saved_usd":"0.02","verdict":"right"}]}`, "cache", "likes"); code != 0 || !strings.Contains(out, "0.97") || !strings.Contains(out, "yes") {
		t.Errorf("%d %s", code, out)
	}
	if out, _, code = call(t, 200, `{"id":"req_1","model":"smart","rule":"relaxed","similarity":0.9,"verdict":"wrong"}`, "cache", "likes", "wrong", "req_1"); code != 0 || !strings.Contains(out, "wrong: smart, relaxed, 0.90") {
		t.Errorf("%d %s", code, out)
	}
	// Nothing is cleared by accident.
	for _, args := range [][]string{{"cache", "clear"}, {"cache", "clear", "--model", "smart", "--all"}} {
		if out, said, code := call(t, 200, `{"entries":2}`, args...); code != 2 || strings.Contains(out, "2 answers") {
			t.Errorf("%v: %d %q %s", args, code, out, said)
		}
	}
}

func TestThePlanAndWhoCountsAreShown(t *testing.T) {
	t.Parallel()
	const growth = `{"state":"past_due","plan":"growth","seats":27,"paid_seats":26,"active":26,"max_people":100,"connections":2,"max_connections":0,"monthly_usd":"1053","period_from":"2026-11-01T00:00:00Z","period_to":"2026-12-01T00:00:00Z","due_since":"2026-11-01T08:00:00Z"}`
	out, said, code := call(t, 200, growth, "billing", "status")
	for _, want := range []string{"past_due", "26 of 100", "Connections         2\n", "27 in 2026-11-01 to 2026-12-01", "1053 USD before tax", "Invoice open since  2026-11-01T08:00:00Z"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("%d without %q: %q %s", code, want, out, said)
		}
	}
	if out, _, code = call(t, 200, `{"state":"off","active":3,"seats":3}`, "billing", "status"); code != 0 || strings.Contains(out, "month") || strings.Contains(out, "of 0") {
		t.Errorf("where nothing is billed: %d %q", code, out)
	}
	const seats = `{"data":[{"member":"mem_1","name":"Ada","email":"ada@acme.test","since":"2026-11-01T00:00:00Z","left":"2026-11-09T00:00:00Z"}]}`
	if out, said, code = call(t, 200, seats, "billing", "seats"); code != 0 || !strings.Contains(out, "mem_1   Ada   ada@acme.test  2026-11-01T00:00:00Z  2026-11-09T00:00:00Z") {
		t.Errorf("%d %q %s", code, out, said)
	}
}

func TestABrokenChainIsAFailure(t *testing.T) {
	t.Parallel()
	if out, _, code := call(t, 200, `{"ok":false,"entries":3,"problem":"broken at 4"}`, "audit", "verify"); code != 1 || !strings.Contains(out, "broken at 4") {
		t.Errorf("%d %q", code, out)
	}
}

// Every command explains itself.
func TestEveryCommandHasHelp(t *testing.T) {
	t.Parallel()
	for _, c := range strings.Fields("serve migrate bootstrap doctor verify price suspense sandbox login logout whoami chat key budget cache health route usage member team token billing audit export diff apply api setup completion") {
		var out, wrong bytes.Buffer
		if code := run(context.Background(), []string{c, "--help"}, &out, &wrong); code != 0 || !strings.Contains(out.String(), "Usage: bodhi "+c) {
			t.Errorf("%s: %d %s", c, code, wrong.String())
		}
	}
}

// It changes the environment, so it runs alone.
func TestTheLogInIsKeptForItsOwnerAlone(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	t.Setenv("HOME", dir)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer bdt_good" || r.URL.Path != "/api/v1/whoami" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprint(w, `{"code":"token_unknown","detail":"This management token is unknown."}`)
			return
		}
		_, _ = fmt.Fprint(w, `{"actor":"ada@acme.test","role":"admin","organization_name":"Acme","organization_slug":"acme"}`)
	}))
	t.Cleanup(s.Close)
	try := func(args ...string) (string, int) {
		var out, wrong bytes.Buffer
		code := run(context.Background(), args, &out, &wrong)
		return out.String() + wrong.String(), code
	}
	if said, code := try("whoami"); code != 3 || !strings.Contains(said, "bodhi login") {
		t.Errorf("before: %d %s", code, said)
	}
	if said, code := try("login", s.URL, "--token", "bdt_bad"); code != 3 {
		t.Errorf("a wrong token: %d %s", code, said)
	}
	// The address for apps, as the dashboard shows it, is taken for the gateway's.
	if said, code := try("login", s.URL+"/t/acme/v1", "--token", "bdt_good"); code != 0 || strings.Contains(said, "bdt_good") {
		t.Fatalf("%d %s", code, said)
	}
	name := filepath.Join(dir, "bodhi", "account.json")
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if said, code := try("whoami"); code != 0 || !strings.Contains(said, "ada@acme.test") {
		t.Errorf("after: %d %s", code, said)
	}
	// It is the same address however it is written.
	for _, same := range []string{s.URL + "/", s.URL + "/t/acme/v1", s.URL + "/t/acme/", s.URL + "/v1"} {
		if said, code := try("whoami", "--url", same); code != 0 || !strings.Contains(said, "ada@acme.test") {
			t.Errorf("%s: %d %s", same, code, said)
		}
	}
	// A token goes to the address it was made for, and no other.
	if said, code := try("whoami", "--url", "http://127.0.0.1:1"); code != 3 {
		t.Errorf("another address got the token: %d %s", code, said)
	}
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if said, code := try("whoami"); code != 1 || !strings.Contains(said, "chmod 600") {
		t.Errorf("readable by others: %d %s", code, said)
	}
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, code := try("logout"); code != 0 {
		t.Errorf("%d %s", code, said)
	}
	if _, code := try("whoami"); code != 3 {
		t.Errorf("after logging out: %d", code)
	}
}

func TestRoutesAreAppliedAndTried(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "routes.yaml")
	if err := os.WriteFile(file, []byte("alias: smart\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, said, code := call(t, 200, `{"applied":["","smart"]}`, "route", "apply", file); code != 0 || out != "Applied the organization's rules\nApplied smart\n" {
		t.Errorf("%d %q %s", code, out, said)
	}
	if out, _, code := call(t, 200, `{"applied":[]}`, "route", "apply", file); code != 0 || !strings.HasPrefix(out, "Nothing changed") {
		t.Errorf("%d %q", code, out)
	}
	if _, said, code := call(t, 400, `{"code":"invalid_request","detail":"Line 1, column 1: There is no fact \"tema\"."}`, "route", "apply", file); code != 2 || !strings.Contains(said, "column 1") {
		t.Errorf("%d %q", code, said)
	}
	if out, _, code := call(t, 200, `{"yaml":"alias: smart\n"}`, "route", "export"); code != 0 || out != "alias: smart\n" {
		t.Errorf("%d %q", code, out)
	}
	const answer = `{"route":"alias smart, rule nights","targets":[{"target":"up/m","why":"first"}],"rules":[{"of":"alias smart","rule":"nights","matched":true,"decided":true,"parts":[{"text":"hour < 6","value":"hour is 3","holds":true}]}]}`
	if out, said, code := call(t, 200, answer, "route", "dry-run", "smart", "--tag", "project=apollo", "--input-tokens", "9"); code != 0 || !strings.Contains(out, "nights of alias smart  decides") || !strings.Contains(out, "hour < 6") {
		t.Errorf("%d %q %s", code, out, said)
	}
	if out, _, code := call(t, 200, `{"data":[{"alias":"smart","targets":[{"to":"up/m"}],"canary":{"percent":5},"version":3}]}`, "route", "list"); code != 0 || !strings.Contains(out, "smart  up/m     0      5 %     3") {
		t.Errorf("%d %q", code, out)
	}
}

func TestTargetsAreNamedAsInRoutes(t *testing.T) {
	t.Parallel()
	const list = `{"data":[{"connection_id":"con_1","connection":"main","model":"gpt","state":"open","cause":"failures","availability":955,"attempts":200,"first_byte_ms":40}]}`
	out, said, code := call(t, 200, list, "health", "list")
	if code != 0 || !strings.Contains(out, "main/gpt  open   failures  95.5 %     200       40 ms       -") {
		t.Errorf("%d %q %s", code, out, said)
	}
	if out, said, code = call(t, 200, list, "health", "open", "main/gpt", "--reason", "upkeep"); code != 0 || !strings.Contains(out, "Taken out of service") {
		t.Errorf("%d %q %s", code, out, said)
	}
	if _, said, code = call(t, 200, list, "health", "close", "nope/gpt"); code != exitMissing || !strings.Contains(said, "no connection") {
		t.Errorf("%d %s", code, said)
	}
	const outages = `{"data":[{"id":"out_1","connection_id":"con_1","connection":"main","model":"gpt"}]}` // a target and an outage in one
	if out, said, code = call(t, 200, outages, "health", "outages"); code != 0 || !strings.Contains(out, "out_1  main        gpt") {
		t.Errorf("%d %q %s", code, out, said)
	}
	const outage = `{"id":"out_1","connection_id":"con_1","cause":"failures","openings":2,"began":"2026-11-26T12:00:00Z","acknowledged_by":"ada@acme.test","notes":[]}`
	if out, said, code = call(t, 200, outage, "health", "outage", "out_1", "acknowledge"); code != 0 || !strings.Contains(out, "ada@acme.test") {
		t.Errorf("%d %q %s", code, out, said)
	}
	if _, _, code = call(t, 200, outage, "health", "outage", "out_1", "sing"); code != exitWrong {
		t.Errorf("an unknown verb: %d", code)
	}
}
