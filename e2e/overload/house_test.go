package overload

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

var (
	long    = flag.Bool("long", false, "the long form: a minute at five times the capacity, measured on processors of its own")
	seconds = flag.Int("seconds", 60, "how long the overload lasts in the long form")
	peakAt  = flag.Float64("peak", 0, "in the long form: streams a second that are taken for the peak, which is then not looked for; only streams are asked for, for who tunes the turnstile")
	figures = flag.String("figures", "", "the file to write the figures to")
)

// house is a gateway on one processor with two organizations, and a provider.
type house struct {
	t        *testing.T
	provider *provider
	gateway  *harness.Gateway
	metrics  string
	keys     [2]string // of the one, and of the other organization
}

func newHouse(t *testing.T, env ...string) *house { t.Helper(); return newHouseUnder(t, nil, env...) }

// newHouseUnder is newHouse with a gateway that another command starts.
func newHouseUnder(t *testing.T, under []string, env ...string) *house {
	t.Helper()
	h := &house{t: t, provider: startProvider(t), metrics: harness.FreeAddress(t)}
	// Two turns on one processor, as a gateway has that starts there; this one is moved there afterwards.
	setup := harness.Setup{Providers: []string{"name=up,kind=openai,base-url=" + h.provider.url() + ",key-env=E2E_KEY"}, Models: []string{"m=up/gpt-5.5"},
		Env: []string{"GOMAXPROCS=2", "BODHI_LOG_LEVEL=info", "BODHI_METRICS_ADDR=" + h.metrics}, Budget: "1000000/monthly/hard", Under: under}
	setup.Env = append(setup.Env, env...)
	h.gateway = harness.Start(t, setup)
	h.keys[0] = h.gateway.VirtualKey
	out := h.gateway.Run(t, "bootstrap", "--org", "Beta", "--admin", "admin@beta.test", "--password-env", "E2E_PASSWORD", "--json",
		"--provider", setup.Providers[0], "--model", setup.Models[0], "--budget", setup.Budget)
	var made struct {
		Key string `json:"virtual_key"`
	}
	if err := json.Unmarshal(out, &made); err != nil || made.Key == "" {
		t.Fatalf("the second organization: %v\n%s", err, out)
	}
	h.keys[1] = made.Key
	h.gateway.Stop(t)
	h.gateway.Serve(t)
	if *long {
		h.apart()
	}
	return h
}

// apart gives the gateway one processor for itself, and another to everything else of this test.
func (h *house) apart() {
	for pid, cpu := range map[int]string{h.gateway.PID(): "0", os.Getpid(): "1"} {
		if out, err := exec.Command("taskset", "-acp", cpu, strconv.Itoa(pid)).CombinedOutput(); err != nil {
			h.t.Fatalf("taskset: %v %s", err, out)
		}
	}
}

func (h *house) crowd(who int, stream bool) *crowd {
	return newCrowd(h.t, strings.TrimPrefix(h.gateway.URL, "http://"), h.keys[who], "m", stream)
}

func (h *house) figure(name string) float64 { return harness.Metrics(h.metrics)[name] }

// spent is the processor's time that the gateway has used, to a hundredth of a second.
func (h *house) spent() time.Duration { return h.spentBy(h.gateway.PID()) }

func (h *house) spentBy(pid int) time.Duration {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		h.t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(after)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// write keeps figures for a reader, and adds them to the file that was asked for.
func write(t *testing.T, add map[string]any) {
	t.Helper()
	b, err := json.MarshalIndent(add, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("figures:\n%s", b)
	if *figures == "" {
		return
	}
	path := *figures
	if !filepath.IsAbs(path) {
		path = filepath.Join(harness.Root(), path)
	}
	all := map[string]any{}
	if old, err := os.ReadFile(path); err == nil {
		_ = json.Unmarshal(old, &all) // an unreadable one is written anew
	}
	for k, v := range add {
		all[k] = v
	}
	if b, err = json.MarshalIndent(all, "", "  "); err == nil {
		err = os.WriteFile(path, append(b, '\n'), 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}
