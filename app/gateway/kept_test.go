package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/object"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// nowhere is a store that knows nothing, or is away.
type nowhere struct{ err error }

func (n nowhere) Insert(context.Context, id.Org, []object.Object) error { return n.err }
func (n nowhere) Delete(context.Context, id.Org, []object.Object) error { return n.err }
func (n nowhere) Sweep(context.Context, time.Time) error                { return n.err }
func (n nowhere) List(context.Context, id.Org, id.Key, object.Kind) ([]object.Object, error) {
	return nil, n.err
}
func (n nowhere) Find(context.Context, id.Org, object.Kind, string) (object.Object, bool, error) {
	return object.Object{}, false, n.err
}

func (h *house) keeps(err error) {
	h.gateway.Objects = object.New(object.Parts{Store: nowhere{err}, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
}

// do sends a request with a method and perhaps a body.
func (h *house) do(t *testing.T, method, path, body string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequest(method, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Api-Key", "good")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b), resp.Header
}

var asOpenAI = host{provider.OpenAI, "/v1", true}

func stored(t *testing.T, h *house, body string) string {
	t.Helper()
	status, text, _ := h.do(t, "POST", "/v1/responses", body)
	var v struct{ ID string }
	if _, data, ok := strings.Cut(text, `data: {"response":`); ok { // a stream
		text = data
	}
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&v); err != nil || status != 200 || !strings.HasPrefix(v.ID, "resp_") {
		t.Fatalf("%d %v %s", status, err, text)
	}
	return v.ID
}

func TestAStoredResponseIsItsKeysOwn(t *testing.T) {
	t.Parallel()
	h, box := serve(t, asOpenAI, "sandbox-chat")
	h.keeps(nil)
	whole := stored(t, h, `{"model":"smart","input":"remember me"}`)
	streamed := stored(t, h, `{"model":"smart","input":"and me","stream":true}`)
	unkept := stored(t, h, `{"model":"smart","input":"not me","store":false}`)
	calls := box.Bill().Calls
	for _, id := range []string{whole, streamed} {
		if status, text, _ := h.do(t, "GET", "/v1/responses/"+id+"?key=x&include[]=a", ""); status != 200 || !strings.Contains(text, id) {
			t.Errorf("%d %s", status, text)
		}
	}
	if status, text, _ := h.do(t, "GET", "/v1/responses/"+whole+"/input_items?limit=5", ""); status != 200 || !strings.Contains(text, "remember me") {
		t.Errorf("%d %s", status, text)
	}
	if status, text, _ := h.do(t, "POST", "/v1/responses/"+whole+"/cancel", ""); status != 400 || !strings.Contains(text, "Cannot cancel") {
		t.Errorf("%d %s", status, text)
	}
	if status, text, _ := h.do(t, "GET", "/v1/responses/"+whole+"?stream=true", ""); status != 400 {
		t.Errorf("%d %s", status, text)
	}
	if status, text, _ := h.do(t, "POST", "/v1/responses", `{"model":"smart","input":"more","previous_response_id":"`+whole+`"}`); status != 200 || !strings.Contains(text, `"previous_response_id":"`+whole) {
		t.Errorf("%d %s", status, text)
	}
	if box.Bill().Calls != calls+1 {
		t.Errorf("looking costs: %+v", box.Bill())
	}

	// What others see: nothing, in the same bytes, whatever exists.
	mine := h.grant.Chain.Key
	h.grant.Chain.Key = id.NewKey(id.NewSource(clock.System{}.Now, nil))
	for _, ask := range [][2]string{{"GET", ""}, {"DELETE", ""}, {"POST", "/cancel"}, {"GET", "/input_items"}} {
		seen := map[string]bool{}
		for _, id := range []string{whole, streamed, unkept, "resp_never"} {
			status, text, _ := h.do(t, ask[0], "/v1/responses/"+id+ask[1], "")
			var e struct {
				Error struct{ Message string }
			}
			_ = json.Unmarshal([]byte(text), &e)
			if status != 404 || e.Error.Message != "Response with id '"+id+"' not found." {
				t.Errorf("%v %s: %d %s", ask, id, status, text)
			}
			text = text[:strings.Index(text, `"bodhi"`)]
			seen[strings.ReplaceAll(text, id, "ID")] = true
		}
		if len(seen) != 1 {
			t.Errorf("%v: the answers differ: %v", ask, seen)
		}
	}
	for _, id := range []string{whole, "resp_never"} {
		if status, text, _ := h.do(t, "POST", "/v1/responses", `{"model":"smart","input":"steal","previous_response_id":"`+id+`"}`); status != 404 || !strings.Contains(text, "previous_response_not_found") {
			t.Errorf("%d %s", status, text)
		}
	}
	h.grant.Chain.Key = mine
	if status, text, _ := h.do(t, "GET", "/v1/responses/"+unkept, ""); status != 404 {
		t.Errorf("%d %s", status, text)
	}
	if status, text, _ := h.do(t, "DELETE", "/v1/responses/"+whole, ""); status != 200 || !strings.Contains(text, `"deleted":true`) {
		t.Errorf("%d %s", status, text)
	}
	if status, text, _ := h.do(t, "GET", "/v1/responses/"+whole, ""); status != 404 || !strings.Contains(text, "response_not_found") {
		t.Errorf("deleted: %d %s", status, text)
	}
}

func TestStoredResponsesStayWithTheirConnection(t *testing.T) {
	t.Parallel()
	h, first := serve(t, asOpenAI, "sandbox-chat")
	h.keeps(nil)
	kept := stored(t, h, `{"model":"smart","input":"hi"}`)
	second := sandboxAt(t, h, asOpenAI, "sandbox-chat")
	h.targets[0], h.targets[1] = h.targets[1], h.targets[0] // now the other one comes first
	if status, text, _ := h.do(t, "POST", "/v1/responses", `{"model":"smart","input":"more","previous_response_id":"`+kept+`"}`); status != 200 || first.Bill().Calls != 2 || second.Bill().Calls != 0 {
		t.Errorf("%d %s", status, text)
	}
	h.targets = h.targets[:1]
	if status, text, _ := h.do(t, "POST", "/v1/responses", `{"model":"smart","input":"more","previous_response_id":"`+kept+`"}`); status != 400 || second.Bill().Calls != 0 {
		t.Errorf("%d %s", status, text)
	}
	if status, text, _ := h.do(t, "GET", "/v1/responses/"+kept, ""); status != 404 {
		t.Errorf("its connection is gone: %d %s", status, text)
	}
}

func TestOwnersAreUnknownWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asOpenAI, "sandbox-chat")
	h.keeps(errors.New("connection refused"))
	kept := stored(t, h, `{"model":"smart","input":"hi"}`)
	if status, text, _ := h.do(t, "GET", "/v1/responses/"+kept, ""); status != 200 {
		t.Errorf("made here a moment ago: %d %s", status, text)
	}
	if status, text, header := h.do(t, "GET", "/v1/responses/resp_elsewhere", ""); status != 503 || !strings.Contains(text, "ownership_unavailable") || header.Get("Retry-After") == "" {
		t.Errorf("%d %v %s", status, header, text)
	}
}

func TestAProviderThatStoresNothingIsSaidTo(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asAnthropic, "sandbox-chat")
	h.keeps(nil)
	status, text, header := h.do(t, "POST", "/v1/responses", `{"model":"smart","input":"hi","store":true}`)
	if status != 200 || !strings.Contains(header.Get("X-Bodhi-Warning"), "dropped store") || !strings.Contains(text, `"store":false`) {
		t.Errorf("%d %v %s", status, header, text)
	}
	var v struct{ ID string }
	_ = json.Unmarshal([]byte(text), &v)
	if status, text, _ := h.do(t, "GET", "/v1/responses/"+v.ID, ""); status != 404 {
		t.Errorf("%d %s", status, text)
	}
}

// TestReasoningComesBackByteForByte sends an answer's items back with a tool's result, to OpenAI and to Anthropic. The
// sandbox refuses thinking that lost or changed a byte.
func TestReasoningComesBackByteForByte(t *testing.T) {
	t.Parallel()
	for _, at := range []host{asOpenAI, asAnthropic} {
		h, _ := serve(t, at, thinkingModel)
		const head = `{"model":"smart","store":false,"include":["reasoning.encrypted_content"],"reasoning":{"effort":"low","summary":"auto"},"tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],"input":[{"role":"user","content":"hi"}`
		_, text, _ := h.do(t, "POST", "/v1/responses", head+`]}`)
		var a struct{ Output []json.RawMessage }
		if err := json.Unmarshal([]byte(text), &a); err != nil || len(a.Output) != 2 || !strings.Contains(text, "encrypted_content") {
			t.Fatalf("%s: %v %s", at.kind, err, text)
		}
		var call struct {
			CallID string `json:"call_id"`
		}
		_ = json.Unmarshal(a.Output[1], &call)
		again := head + `,` + string(a.Output[0]) + `,` + string(a.Output[1]) + `,{"type":"function_call_output","call_id":"` + call.CallID + `","output":"ok"}]}`
		if status, text, header := h.do(t, "POST", "/v1/responses", again); status != 200 || strings.Contains(header.Get("X-Bodhi-Warning"), "thinking") {
			t.Errorf("%s: %d %v %s", at.kind, status, header, text)
		}
		last := strings.LastIndex(again[:strings.Index(again, `"function_call_output"`)], `"encrypted_content":"`) + len(`"encrypted_content":"`)
		changed := again[:last+25] + "x" + again[last+26:]
		if status, text, _ := h.do(t, "POST", "/v1/responses", changed); status != 400 {
			t.Errorf("%s takes any thinking: %d %s", at.kind, status, text)
		}
	}
}
