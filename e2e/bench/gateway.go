package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// What the load asks for: a model whose provider speaks OpenAI's dialect, and one whose provider speaks Anthropic's.
const (
	alias         = "bench"
	messagesAlias = "bench-messages"
	cachedAlias   = "bench-cached" // whose answers are kept
)

// gateway is the built binary with its own data directory.
type gateway struct {
	process
	binary string
	dir    string
	addr   string
	key    string // virtual key
	token  string // management token
	team   string
	side   string // address of metrics and profiler
}

// prepare makes a data directory with an organization, a connection to the mock, a key and a budget, without a server.
func prepare(ctx context.Context, binary, mock string) (*gateway, error) {
	dir, err := os.MkdirTemp("", "bodhi-bench-")
	if err != nil {
		return nil, err
	}
	l, err := listen()
	if err != nil {
		return nil, err
	}
	side, err := listen()
	if err != nil {
		return nil, err
	}
	g := &gateway{binary: binary, dir: dir, addr: l.Addr().String(), side: side.Addr().String()}
	_, _ = l.Close(), side.Close() // the gateway takes the ports a moment later
	g.url = "http://" + g.addr
	cmd := exec.CommandContext(ctx, binary, "bootstrap", "--org", "Bench", "--admin", email, "--password-env", "BENCH_PASSWORD",
		"--provider", "name=up,kind=openai,base-url="+mock+"/v1,key-env=BENCH_KEY", "--model", alias+"=up/"+model, "--model", cachedAlias+"=up/"+model,
		"--provider", "name=other,kind=anthropic,base-url="+mock+"/v1,key-env=BENCH_KEY", "--model", messagesAlias+"=other/"+messagesModel,
		"--budget", plenty+"/monthly/hard", "--json")
	cmd.Env = append(g.environment(), "BENCH_PASSWORD="+password, "BENCH_KEY=sk-bench")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		g.cleanUp()
		return nil, fmt.Errorf("bootstrap: %w", err)
	}
	var made struct {
		Token string `json:"admin_token"`
		Team  string `json:"team_id"`
	}
	if err := json.Unmarshal(out, &made); err != nil || made.Token == "" {
		g.cleanUp()
		return nil, fmt.Errorf("bootstrap printed no token: %w", err)
	}
	g.token, g.team = made.Token, made.Team
	return g, nil
}

// environment is a clean one: nothing that is set on this machine changes what is measured.
func (g *gateway) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + g.dir, "BODHI_DATA_DIR=" + filepath.Join(g.dir, "data"), "BODHI_ADDR=" + g.addr,
		"BODHI_METRICS_ADDR=" + g.side,
		"BODHI_LOG_LEVEL=warn", "BODHI_EGRESS_ALLOW_PRIVATE=127.0.0.0/8"}
}

// start runs the server and waits for the line that says it is ready.
func (g *gateway) start(ctx context.Context) error {
	g.cmd = exec.CommandContext(ctx, g.binary, "serve")
	g.cmd.Env = g.environment()
	g.cmd.Stderr = os.Stderr
	out, err := g.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := g.cmd.Start(); err != nil {
		return err
	}
	ready := make(chan error, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), g.addr) {
				ready <- nil
				return
			}
		}
		ready <- errors.New("the gateway ended before it was ready")
	}()
	select {
	case err := <-ready:
		return err
	case <-time.After(30 * time.Second):
		return errors.New("the gateway was not ready after 30 s")
	}
}

// recorded is how many requests the books hold, each with its attempt, asked after a stop so that everything is in the database.
func (g *gateway) recorded(ctx context.Context) (int64, error) {
	g.stop()
	cmd := exec.CommandContext(ctx, g.binary, "verify", "--json")
	cmd.Env, cmd.Stderr = g.environment(), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("verify: %w: %s", err, out)
	}
	var report struct {
		Books struct{ Attempts, Requests int64 } `json:"books"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return 0, err
	}
	return min(report.Books.Attempts, report.Books.Requests), g.start(ctx)
}

func (g *gateway) cleanUp() {
	g.stop()
	_ = os.RemoveAll(g.dir)
}
