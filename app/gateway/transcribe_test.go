package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	converse "github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
	google "github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/transcript"
)

// drawer keeps texts in memory, unsealed, so that tests read what was sealed.
type drawer struct {
	transcript.Store
	mu    sync.Mutex
	texts map[id.Request]transcript.Text
}

func (*drawer) Seal(_ context.Context, _ id.Org, _, _, _ string, plain secret.String) ([]byte, error) {
	return []byte(plain.Reveal()), nil
}

func (*drawer) Open(context.Context, id.Org, string, string, string, []byte) (secret.String, error) {
	return secret.String{}, nil
}

func (d *drawer) Put(_ context.Context, _ id.Org, all []transcript.Record) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range all {
		var t transcript.Text
		if err := json.Unmarshal(r.Sealed, &t); err != nil {
			return err
		}
		if _, there := d.texts[r.Request]; !there { // the first stays, as in the store
			d.texts[r.Request] = t
		}
	}
	return nil
}

var everyWire = []llm.Wire{openai.Wire{}, responses.Wire{}, claude.Wire{}, google.Wire{}, converse.Wire{}}

// keeping is a house whose team wants its texts kept, with a data rule.
func keeping(t *testing.T, r pii.Record) (*house, *transcript.Desk, *drawer) {
	t.Helper()
	book, texts := pii.NewBook(clock.System{}), &drawer{texts: map[id.Request]transcript.Text{}}
	var desk *transcript.Desk
	h := build(t, func(c *Config) {
		desk = transcript.NewDesk(texts, texts, slog.New(slog.DiscardHandler), everyWire)
		c.Ports.Screens, c.Ports.Transcripts = book, desk
	})
	o := h.grant.Chain.Org
	r.ID, r.Org, r.Kind, r.Node, r.Label = id.NewDataRule(id.NewSource(clock.System{}.Now, nil)), o, org.OrgScope, o.UUID(), "Acme"
	if err := book.Load([]pii.Record{r}); err != nil {
		t.Fatal(err)
	}
	want(t, desk, h, 7)
	return h, desk, texts
}

func want(t *testing.T, d *transcript.Desk, h *house, days int) {
	t.Helper()
	if err := d.Load([]transcript.Setting{{Org: h.grant.Chain.Org, Team: h.grant.Chain.Team, Days: days}}); err != nil {
		t.Fatal(err)
	}
}

// texts are what was kept of n requests that are over.
func kept(t *testing.T, h *house, d *transcript.Desk, s *drawer, n int) (out []transcript.Text) {
	t.Helper()
	for _, f := range h.books.only(t, n) {
		d.Flush(t.Context())
		s.mu.Lock()
		if text, ok := s.texts[f.ID]; ok {
			out = append(out, text)
		}
		s.mu.Unlock()
	}
	return out
}

func TestATeamsTextsAreKeptAsTheyWereSaidInEveryFamily(t *testing.T) {
	t.Parallel()
	for _, x := range personal {
		for _, action := range []string{"log", "mask"} {
			t.Run(x.name+" "+action, func(t *testing.T) {
				t.Parallel()
				h, d, s := keeping(t, rule("email", action))
				up := &hearer{answer: answer}
				if x.name == "embeddings" {
					up.answer = `{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"usage":{"prompt_tokens":7,"total_tokens":7}}`
				}
				h.provide("up", up.ServeHTTP)
				resp, body := h.post(t, x.path, strings.ReplaceAll(x.body, "$", mailCanary), "Anthropic-Version", version)
				got := kept(t, h, d, s, 1)
				if resp.StatusCode != 200 || len(got) != 1 {
					t.Fatalf("%d %s: kept %+v", resp.StatusCode, body, got)
				}
				text := got[0]
				said, _ := json.Marshal(text)
				if masked := action == "mask"; strings.Contains(string(said), "canary") == masked || strings.Contains(string(said), "[EMAIL_1]") != masked || text.Masked != masked {
					t.Errorf("kept %s", said)
				}
				if chat := x.name != "embeddings" && x.name != "completions"; chat && (text.Answer != "hello" || text.Body || len(text.Messages) < 2) || text.Broken || text.AskedCut {
					t.Errorf("kept %s", said)
				}
			})
		}
	}
}

func TestAStreamIsKeptAsItsTextWithPlaceholders(t *testing.T) {
	t.Parallel()
	const ask = `{"model":"smart","stream":true,"messages":[{"role":"user","content":"write to ` + mailCanary + `"}]}`
	chunk := func(text string) string {
		return `data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"` + text + `"}}]}` + "\n\n"
	}
	h, d, s := keeping(t, rule("email", "mask"))
	h.provide("up", streams(chunk("I wrote to [EM"), chunk("AIL_1] and"), chunk(" am done"), chunkUse, done))
	resp, body := h.post(t, "/v1/chat/completions", ask)
	got := kept(t, h, d, s, 1)
	if resp.StatusCode != 200 || !strings.Contains(body, "canary") {
		t.Fatalf("the client does not get its own value back: %s", body)
	}
	if len(got) != 1 || got[0].Answer != "I wrote to [EMAIL_1] and am done" || got[0].Messages[0].Text != "write to [EMAIL_1]" || got[0].Broken {
		t.Errorf("kept %+v", got)
	}
}

// Coding agents send back what the model thought in every turn before.
func TestWhatAModelThoughtIsNotKeptOfEarlierTurns(t *testing.T) {
	t.Parallel()
	h, d, s := keeping(t, rule("card", "block"))
	h.provide("up", says(answer))
	h.post(t, "/v1/messages", `{"model":"smart","max_tokens":99,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"is this a test?","signature":"c2ln"},{"type":"text","text":"Hello."}]},{"role":"user","content":"bye"}]}`, "Anthropic-Version", version)
	if got := kept(t, h, d, s, 1); len(got) != 1 || len(got[0].Messages) != 3 || got[0].Messages[1].Text != "Hello." {
		t.Errorf("kept %+v", got)
	}
}

func TestABrokenStreamIsKeptAsFarAsItCame(t *testing.T) {
	t.Parallel()
	h, d, s := keeping(t, rule("card", "block"))
	h.provide("up", streams(chunk1))
	h.post(t, "/v1/chat/completions", `{"model":"smart","stream":true,"messages":[{"role":"user","content":"hi"}]}`)
	if got := kept(t, h, d, s, 1); len(got) != 1 || got[0].Answer != "hel" || !got[0].Broken {
		t.Errorf("kept %+v", got)
	}
}

func TestNothingIsKeptThatNobodyWantsOrThatIsBlocked(t *testing.T) {
	t.Parallel()
	const plain = `{"model":"smart","messages":[{"role":"user","content":"hi"}]}`
	for name, x := range map[string]struct {
		body, says string
		headers    []string
		days       int
		facts      int
	}{
		"the team keeps none":     {plain, answer, nil, 0, 1},
		"the client wants it not": {plain, answer, []string{"X-Bodhi-Transcript", "off"}, 7, 1},
		"a peer's header":         {plain, answer, []string{"Helicone-Omit-Request", "true"}, 7, 1},
		"a dry run":               {plain, answer, []string{"X-Bodhi-Dry-Run", "1"}, 7, 1},
		"a blocked request":       {strings.Replace(plain, "hi", cardCanary, 1), answer, nil, 7, 1},
		"no such model":           {strings.Replace(plain, "smart", "none", 1), answer, nil, 7, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, d, s := keeping(t, rule("card", "block"))
			want(t, d, h, x.days)
			h.provide("up", says(x.says))
			h.post(t, "/v1/chat/completions", x.body, x.headers...)
			if got := kept(t, h, d, s, x.facts); len(got) != 0 {
				t.Errorf("kept %+v", got)
			}
		})
	}
	h, _, _ := keeping(t, rule())
	if resp, body := h.post(t, "/v1/chat/completions", plain, "X-Bodhi-Transcript", "maybe"); resp.StatusCode != 400 || !strings.Contains(body, "x-bodhi-transcript") {
		t.Errorf("an odd header: %d %s", resp.StatusCode, body)
	}
}

func TestOfABlockedAnswerOnlyTheQuestionIsKept(t *testing.T) {
	t.Parallel()
	r := rule()
	r.Answers = map[string]string{"card": "block"}
	h, d, s := keeping(t, r)
	h.provide("up", says(strings.Replace(answer, "hello", "it is "+cardCanary, 1)))
	h.post(t, "/v1/chat/completions", `{"model":"smart","messages":[{"role":"user","content":"which card?"}]}`)
	if got := kept(t, h, d, s, 1); len(got) != 1 || got[0].Answer != "" || !got[0].Broken || got[0].Messages[0].Text != "which card?" {
		t.Errorf("kept %+v", got)
	}
}

func TestMediaIsKeptAsAMark(t *testing.T) {
	t.Parallel()
	h, d, s := keeping(t, rule())
	h.provide("up", says(answer))
	picture := strings.Repeat("QUJD", 1000)
	h.post(t, "/v1/chat/completions", `{"model":"smart","messages":[{"role":"user","content":[{"type":"text","text":"what is it?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,`+picture+`"}}]}]}`)
	if got := kept(t, h, d, s, 1); len(got) != 1 || got[0].Messages[0].Text != "what is it?\n[image/png, 2 KiB]" || !got[0].Media {
		t.Errorf("kept %+v", got)
	}
}

// Whoever keeps no texts pays nothing for those who do.
func TestWithoutOptInTheStageCostsNothing(t *testing.T) {
	desk := transcript.NewDesk(nil, nil, slog.New(slog.DiscardHandler), nil)
	h := unlisted(t, func(c *Config) { c.Ports.Transcripts = desk })
	other := id.NewTeam(id.NewSource(clock.System{}.Now, nil))
	if err := desk.Load([]transcript.Setting{{Org: h.grant.Chain.Org, Team: other, Days: 9}}); err != nil {
		t.Fatal(err)
	}
	x := &Exchange{Grant: h.grant, Call: &llm.Call{Operation: llm.Chat}}
	raw := []byte("data: x\n\n")
	if n := testing.AllocsPerRun(100, func() {
		if f, err := h.gateway.transcribe(t.Context(), x); f != nil || err != nil || x.carbon != nil {
			t.Error("it wants the text")
		}
		x.carbon.add(raw)
		x.carbon.close(raw)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// slow is a store that does not answer until it is let.
type slow struct {
	transcript.Store
	let chan struct{}
}

func (s slow) Put(ctx context.Context, _ id.Org, _ []transcript.Record) error {
	<-s.let
	return nil
}

func TestAFullQueueDropsAndCountsAndNobodyWaits(t *testing.T) {
	t.Parallel()
	let := make(chan struct{})
	desk := transcript.NewDesk(&drawer{}, slow{let: let}, slog.New(slog.DiscardHandler), everyWire)
	h := build(t, func(c *Config) { c.Ports.Transcripts = desk })
	want(t, desk, h, 7)
	h.provide("up", says(answer))
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error)
	go func() { over <- desk.Run(ctx) }()
	long := strings.Repeat("a", 4<<20)
	const n = 12 // of 4 MiB each, and 32 MiB find room
	for range n {
		began := clock.System{}.Now()
		resp, _ := h.post(t, "/v1/chat/completions", fmt.Sprintf(`{"model":"smart","messages":[{"role":"user","content":%q}]}`, long))
		_, _ = io.Copy(io.Discard, resp.Body)
		if took := clock.Since(began); resp.StatusCode != http.StatusOK || took > 20*time.Second {
			t.Fatalf("%d after %s", resp.StatusCode, took)
		}
	}
	h.books.only(t, n)
	if st := desk.Stats(); st.Dropped < 3 || st.Dropped > 6 || st.Waiting > 40<<20 {
		t.Errorf("%+v", st)
	}
	stop()
	close(let)
	if err := <-over; err != nil {
		t.Error(err)
	}
	if st := desk.Stats(); st.Waiting != 0 || st.Kept+st.Dropped != n {
		t.Errorf("at the end %+v", st)
	}
}
