package app

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// TestTheDoctorMakesNoKeyAndFindsAFreshDirectoryWell looks before the first start, after the migrations, and after the key was lost.
func TestTheDoctorMakesNoKeyAndFindsAFreshDirectoryWell(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	quiet := slog.New(slog.DiscardHandler)
	cfg := Config{Addr: "127.0.0.1:0", PublicURL: "http://127.0.0.1:8080", DataDir: dir, DatabaseURL: secret.New("sqlite://" + filepath.Join(dir, "bodhi.db"))}
	look := func(state Health, says string) {
		t.Helper()
		for _, f := range Doctor(t.Context(), cfg, quiet) {
			if f.State == Sick && state != Sick || f.What == "master key" && (f.State != state || !strings.Contains(f.Says, says)) {
				t.Errorf("%s %s: %s", f.State, f.What, f.Says)
			}
		}
	}
	key := filepath.Join(dir, masterKeyFile)
	unmade := func() {
		t.Helper()
		if _, err := os.Stat(key); err == nil {
			t.Error("a key was made")
		}
	}
	look(Weak, "before the database is in order")
	unmade()
	_, err := Migrate(t.Context(), cfg, MigrateUp, quiet)
	must(t, err)
	look(Weak, "the first start makes it")
	unmade()
	_, err = Bootstrap(t.Context(), cfg, quiet, onboard.Bootstrap{Org: "Acme", Admin: "a@acme.test", Password: secret.New("correct zebra staple 9")})
	must(t, err)
	look(Fine, "opens what is stored")
	must(t, os.Remove(key))
	look(Sick, "put it back")
	unmade()
}

// TestTheDoctorSaysWhereMailsAre on a machine that nobody else reaches, and on one where the mailbox has no page.
func TestTheDoctorSaysWhereMailsAre(t *testing.T) {
	t.Parallel()
	for public, want := range map[string]Health{"http://127.0.0.1:8080": Fine, "https://gateway.acme.test": Weak} {
		cfg := Config{Addr: "127.0.0.1:8080", PublicURL: public, DataDir: "var"}
		f := checkMail(t.Context(), cfg)
		if f.State != want || strings.Contains(f.Says, "/dev/mail") != (want == Fine) {
			t.Errorf("%s: %s %s", public, f.State, f.Says)
		}
	}
}

// TestTheDoctorAsksRedisWhatTheGatewayAsks: one that takes connections and refuses us is not well.
func TestTheDoctorAsksRedisWhatTheGatewayAsks(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	m.RequireAuth("canary")
	for url, want := range map[string]Finding{
		"":                               {"redis", Fine, "not set: each for itself"},
		"redis://:canary@" + m.Addr():    {"redis", Fine, "answers"},
		"redis://:canary-no@" + m.Addr(): {"redis", Sick, "WRONGPASS"},
		"redis://" + m.Addr():            {"redis", Sick, "NOAUTH"},
		"rediss://:canary@" + m.Addr():   {"redis", Sick, m.Addr()},
		"redis://:canary@127.0.0.1:1":    {"redis", Sick, "127.0.0.1:1"},
		"http://canary":                  {"redis", Sick, "REDIS_URL"},
	} {
		f := checkRedis(t.Context(), secret.New(url), "each for itself")
		if f.What != want.What || f.State != want.State || !strings.Contains(f.Says, want.Says) || strings.Contains(f.Says, "canary") {
			t.Errorf("%s: %+v", url, f)
		}
	}
}

// TestTheDoctorBlamesNobodyForASilentProvider: one that takes connections and says nothing is unwell, and nothing beside it.
func TestTheDoctorBlamesNobodyForASilentProvider(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	well := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"object":"list","data":[{"id":"m1","object":"model"}]}`))
	}))
	t.Cleanup(well.Close)
	dir := t.TempDir()
	quiet := slog.New(slog.DiscardHandler)
	cfg := Config{Addr: "127.0.0.1:0", PublicURL: "http://127.0.0.1:8080", DataDir: dir, DatabaseURL: secret.New("sqlite://" + filepath.Join(dir, "bodhi.db")), RedisURL: secret.New("redis://" + miniredis.RunT(t).Addr()),
		EgressAllowPrivate: Networks{netip.MustParsePrefix("127.0.0.0/8")}}
	server := func(name, at string) onboard.ProviderInput {
		return onboard.ProviderInput{Name: name, Kind: "openai-compatible", BaseURL: "http://" + at + "/v1", Credential: secret.New("sk-x")}
	}
	_, err = Bootstrap(t.Context(), cfg, quiet, onboard.Bootstrap{Org: "Acme", Admin: "a@acme.test", Password: secret.New("correct zebra staple 9"),
		Providers: []onboard.ProviderInput{server("a-silent", silent.Addr().String()), server("b-well", well.Listener.Addr().String())}})
	must(t, err)
	silentSaid := false
	for _, f := range Doctor(t.Context(), cfg, quiet) {
		about := strings.HasPrefix(f.Says, "a-silent")
		silentSaid = silentSaid || about
		if f.What == "redis" && f.State != Fine || f.What == "provider" && (f.State == Weak) != about {
			t.Errorf("%s %s: %s", f.State, f.What, f.Says)
		}
	}
	if !silentSaid {
		t.Error("nothing is said of the silent one")
	}
}
