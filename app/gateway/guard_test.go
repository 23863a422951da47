package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// tongues are the clients' families, each with a request that streams.
var tongues = []struct{ name, path, body string }{
	{"chat", "/v1/chat/completions", `{"model":"smart","stream":true,"messages":[{"role":"user","content":"$"}]}`},
	{"responses", "/v1/responses", `{"model":"smart","stream":true,"store":false,"input":"$"}`},
	{"anthropic", "/v1/messages", `{"model":"smart","stream":true,"max_tokens":99,"messages":[{"role":"user","content":"$"}]}`},
	{"gemini", "/v1beta/models/smart:streamGenerateContent?alt=sse", `{"contents":[{"role":"user","parts":[{"text":"$"}]}]}`},
	{"bedrock", "/model/smart/converse-stream", `{"messages":[{"role":"user","content":[{"text":"$"}]}],"inferenceConfig":{"maxTokens":99}}`},
}

// streaming is a provider's stream that says these texts, and calls a tool with these arguments.
func streaming(texts, arguments []string) string {
	var b strings.Builder
	say := func(delta string) {
		fmt.Fprintf(&b, "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":null}]}\n\n", delta)
	}
	for _, t := range texts {
		say(`{"content":` + llm.Quote(t) + `}`)
	}
	for i, a := range arguments {
		head := ""
		if i == 0 {
			head = `"id":"call_1","type":"function",`
		}
		say(`{"tool_calls":[{"index":0,` + head + `"function":{"name":"f","arguments":` + llm.Quote(a) + `}}]}`)
	}
	b.WriteString(`data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n" + `data: {"id":"1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":9}}` + "\n\ndata: [DONE]\n\n")
	return b.String()
}

func speaks(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte(body))
	}
}

func pieces(s string) []string { return strings.Split(s, "") }

// said is the text of a stream, whatever its family: what stands in its strings, one after the other.
func said(body string) string {
	return strings.NewReplacer(`"`, "", `\`, "").Replace(strings.Join(deltasIn(body), ""))
}

// deltasIn are the pieces of text in a stream of any family.
func deltasIn(body string) (out []string) {
	for _, line := range strings.Split(body, "\n") {
		_, text, ok := strings.Cut(line, "data: ")
		var v any
		if !ok || json.Unmarshal([]byte(text), &v) != nil {
			continue
		}
		out = append(out, texts(v)...)
	}
	return out
}

func texts(v any) (out []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range []string{"type", "choices", "delta", "candidates", "content", "parts", "text", "tool_calls", "function", "arguments", "partial_json", "functionCall", "args", "to"} {
			if x, ok := v[name]; ok && name != "type" {
				out = append(out, texts(x)...)
			}
		}
	case []any:
		for _, x := range v {
			out = append(out, texts(x)...)
		}
	case string:
		out = append(out, v)
	}
	return out
}

// What was masked comes back in every family's stream, wherever the provider cut the placeholder, in tools' arguments as well.
func TestStreamsGetBackWhatWasMasked(t *testing.T) {
	t.Parallel()
	for _, x := range tongues {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			h, log := screened(t, rule("email", "mask"))
			up := &hearer{}
			h.provide("up", func(w http.ResponseWriter, r *http.Request) {
				up.ServeHTTP(&bodyless{header: http.Header{}}, r)
				speaks(streaming(pieces("I wrote to [EMAIL_1], and [EMAIL_2] is free."), pieces(`{"to":"[EMAIL_1]"}`)))(w, r)
			})
			resp, body := h.post(t, x.path, strings.ReplaceAll(x.body, "$", mailCanary), "Anthropic-Version", version)
			if resp.StatusCode != 200 || strings.Contains(body, "EMAIL_1") {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			if x.name != "bedrock" { // whose frames are binary
				if got := said(body); !strings.Contains(got, "I wrote to "+mailCanary+", and [EMAIL_2] is free.") || !strings.Contains(got, "to:"+mailCanary) && !strings.HasSuffix(got, mailCanary) {
					t.Errorf("said %q\n%s", got, body)
				}
			}
			if sent := up.bodies[0]; strings.Contains(sent, "canary") || !strings.Contains(sent, "[EMAIL_1]") {
				t.Errorf("sent %s", sent)
			}
			facts, _ := json.Marshal(h.books.only(t, 1))
			if s := string(facts); strings.Contains(s, "canary") || strings.Contains(log.String(), "canary") {
				t.Errorf("it is kept: %s\n%s", s, log)
			}
			if f := h.books.only(t, 1)[0]; f.Screened.Found != `[{"detector":"email","action":"mask","count":1,"place":"messages"}]` {
				t.Errorf("found %s", f.Screened.Found)
			}
		})
	}
}

func answers(a string) pii.Record {
	return pii.Record{Answers: map[string]string{"email": a, "card": a}}
}

func TestWhatModelsSayIsMaskedOrWithheldInEveryFamily(t *testing.T) {
	t.Parallel()
	for _, x := range tongues {
		for _, action := range []string{"mask", "block"} {
			t.Run(x.name+" "+action, func(t *testing.T) {
				t.Parallel()
				h, log := screened(t, answers(action))
				h.provide("up", speaks(streaming(pieces("The address is "+mailCanary+" and the card "+cardCanary+"."), nil)))
				resp, body := h.post(t, x.path, strings.ReplaceAll(x.body, "$", "hi"), "Anthropic-Version", version)
				if resp.StatusCode != 200 || strings.Contains(strings.Join(deltasIn(body), ""), "canary.love") || strings.Contains(body, "canary.test") || strings.Contains(body, cardCanary) {
					t.Fatalf("%d %s", resp.StatusCode, body)
				}
				if x.name != "bedrock" {
					got := said(body)
					if action == "mask" && !strings.Contains(got, "The address is [EMAIL_1] and the card [CARD_1].") || action == "block" && (!strings.Contains(got, "The address is ") || strings.Contains(got, "and the card")) {
						t.Errorf("said %q", got)
					}
				}
				if action == "block" && x.name != "bedrock" && !strings.Contains(body, "The answer is withheld") {
					t.Errorf("no reason: %s", body)
				}
				f := h.books.only(t, 1)[0]
				if f.Screened.Incident.IsZero() || f.Screened.Action != action || !strings.Contains(f.Screened.Found, `"place":"answer"`) || strings.Contains(log.String(), "canary") {
					t.Errorf("fact %+v", f.Screened)
				}
				if a := h.books.attempts; len(a) != 1 || action == "block" && f.Code != "policy_blocked" {
					t.Errorf("%d attempts, %q", len(a), f.Code)
				}
			})
		}
	}
}

func TestWholeAnswersAreScreenedToo(t *testing.T) {
	t.Parallel()
	said := `{"id":"c1","object":"chat.completion","x_own":[1.50],"choices":[{"index":0,"message":{"role":"assistant","content":"ask ` + mailCanary + `"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}`
	for action, x := range map[string]struct {
		status int
		has    string
	}{"log": {200, "ask " + mailCanary}, "warn": {200, "ask " + mailCanary}, "mask": {200, strings.Replace(said, mailCanary, "[EMAIL_1]", 1)}, "block": {400, "The answer is withheld: the answer contains 1 e-mail address, which the data rule of Acme blocks."}} {
		h, _ := screened(t, answers(action))
		h.provide("up", says(said))
		resp, body := h.ask(open)
		if resp.StatusCode != x.status || !strings.Contains(body, x.has) {
			t.Errorf("%s: %d %s", action, resp.StatusCode, body)
		}
		if w := resp.Header.Get("X-Bodhi-Warning"); strings.Contains(w, "the answer holds 1 e-mail address") != (action == "warn") {
			t.Errorf("%s: warning %q", action, w)
		}
		if f := h.books.only(t, 1)[0]; f.Screened.Action != action || !strings.Contains(f.Screened.Found, `"place":"answer"`) {
			t.Errorf("%s: %+v", action, f.Screened)
		}
	}
	h, _ := screened(t, rule("email", "mask"))
	h.provide("up", says(strings.Replace(said, mailCanary, "[EMAIL_1]", 1)))
	if resp, body := h.ask(strings.Replace(open, "hi", mailCanary, 1)); resp.StatusCode != 200 || body != said {
		t.Errorf("put back: %d %s", resp.StatusCode, body)
	}
	one := rule("email", "mask")
	one.OneWay = true
	h, _ = screened(t, one)
	h.provide("up", says(strings.Replace(said, mailCanary, "[EMAIL_1]", 1)))
	if _, body := h.ask(strings.Replace(open, "hi", mailCanary, 1)); !strings.Contains(body, "ask [EMAIL_1]") {
		t.Errorf("one way: %s", body)
	}
}

func TestAStreamThatNobodyCanLookIntoIsNotAsked(t *testing.T) {
	t.Parallel()
	h, _ := screened(t, answers("block"))
	up := &hearer{answer: answer}
	h.provide("up", up.ServeHTTP)
	h.targets[0].Connection.Kind = provider.OpenAI
	if resp, body := h.post(t, "/v1/completions", `{"model":"smart","prompt":"hi","stream":true}`); resp.StatusCode != 400 || !strings.Contains(body, "policy_blocked") || up.calls.Load() != 0 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestWhatCannotBeReadIsRefusedWhereARuleSaysSo(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		rule   pii.Record
		body   string
		status int
	}{
		"a picture":           {pii.Record{Unread: true}, `{"model":"smart","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://pictures.test/x.png"}}]}]}`, 400},
		"a picture, no rule":  {rule("email", "log"), `{"model":"smart","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://pictures.test/x.png"}}]}]}`, 200},
		"a text":              {pii.Record{Unread: true}, open, 200},
		"a picture in base64": {pii.Record{Unread: true}, `{"model":"smart","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,` + strings.Repeat("iVBORw0KGgo", 100) + `"}}]}]}`, 400},
	} {
		h, _ := screened(t, x.rule)
		h.provide("up", says(answer))
		resp, body := h.ask(x.body)
		if resp.StatusCode != x.status || x.status == 400 && !strings.Contains(body, "1 picture, sound, file or list of tokens that cannot be read") {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
}

// TestTextsAsTokensAreNotReadEither: they say what the text says, and LangChain sends all that it embeds so.
func TestTextsAsTokensAreNotReadEither(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		path, body string
		status     int
	}{
		{"/v1/embeddings", `{"model":"smart","input":[[15339,1917],[2028]],"encoding_format":"base64"}`, 400},
		{"/v1/embeddings", `{"model":"smart","input":[15339,1917]}`, 400},
		{"/v1/embeddings", `{"model":"smart","input":["hello","world"]}`, 200},
		{"/v1/completions", `{"model":"smart","prompt":[15339,1917]}`, 400},
	} {
		h, _ := screened(t, pii.Record{Unread: true})
		up := &hearer{answer: `{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1]}],"usage":{"prompt_tokens":2,"total_tokens":2}}`}
		h.provide("up", up.ServeHTTP)
		h.targets[0].Connection.Kind = provider.OpenAI
		if resp, body := h.post(t, x.path, x.body); resp.StatusCode != x.status || x.status == 400 && (!strings.Contains(body, "list of tokens that cannot be read") || up.calls.Load() != 0) {
			t.Errorf("%s %s: %d %s", x.path, x.body, resp.StatusCode, body)
		}
	}
}

func TestAWarningIsNoChange(t *testing.T) {
	t.Parallel()
	h, _ := screened(t, rule("email", "warn"))
	up := &hearer{answer: answer}
	h.provide("up", up.ServeHTTP)
	resp, _ := h.ask(strings.Replace(open, "hi", mailCanary, 1))
	if w := resp.Header.Get("X-Bodhi-Warning"); resp.StatusCode != 200 || !strings.Contains(w, "the request holds 1 e-mail address") || !strings.Contains(up.bodies[0], mailCanary) {
		t.Errorf("%d %q %s", resp.StatusCode, w, up.bodies)
	}
}
