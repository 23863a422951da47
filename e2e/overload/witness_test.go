package overload

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"testing"
	"time"
)

// witness is somebody of the crowd with a process of his own, before which everything else on its processor gives way. The crowd and
// the provider share one, which they keep so busy at five times the capacity that their own goroutines wait 10 to 30 ms for it: what
// they see of the refusals' time is for the most part theirs. A hundred requests a second, evenly, are a sample of what was refused.
type witness struct {
	Addr    string
	Request []byte
	PerS    float64
	After   time.Duration // it begins
	For     time.Duration
}

// testimony is what a witness saw.
type testimony struct {
	Sent, Served, Refused int
	P50, P99              time.Duration // of the refusals
}

const witnessEnv = "OVERLOAD_WITNESS"

func TestMain(m *testing.M) {
	if text := os.Getenv(witnessEnv); text != "" {
		testify(text)
		return
	}
	os.Exit(m.Run())
}

// testify is the witness's process.
func testify(text string) {
	debug.SetGCPercent(-1)
	var w witness
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	time.Sleep(w.After)
	c := &crowd{addr: w.Addr, most: 1000, began: time.Now(), request: w.Request}
	c.rate(context.Background(), w.PerS, w.For)
	time.Sleep(time.Second) // refusals come within it; streams may go on
	seen := c.all()
	_ = json.NewEncoder(os.Stdout).Encode(testimony{seen.sent, seen.served, seen.refused, percentile(seen.sentAway, 0.5), percentile(seen.sentAway, 0.99)})
}

// call has a witness ask like the crowd, after a while and for a while; what it saw comes when that is over.
func (c *crowd) call(t *testing.T, perS float64, after, d time.Duration) <-chan testimony {
	t.Helper()
	text, err := json.Marshal(witness{c.addr, c.request, perS, after, d})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("chrt", "--fifo", "10", "taskset", "-c", "1", os.Args[0])
	cmd.Env = append(os.Environ(), witnessEnv+"="+string(text), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	out := make(chan testimony, 1)
	go func() {
		var seen testimony
		b, err := cmd.Output()
		if err == nil {
			err = json.Unmarshal(b, &seen)
		}
		if err != nil {
			t.Errorf("the witness: %v", err)
		}
		out <- seen
	}()
	return out
}
