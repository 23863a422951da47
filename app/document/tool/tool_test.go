package tool_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// plane is a data plane that answers as it is told, and books what each question may cost.
type plane struct {
	mu     sync.Mutex
	asked  []string
	capped money.USD // of all questions together
	answer func(n int, r *http.Request, body string) (status int, text string)
	cost   money.USD
}

func (p *plane) As(*key.Grant) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		n := len(p.asked)
		p.asked = append(p.asked, r.URL.Path+" "+string(b))
		if most, err := money.Parse(r.Header.Get("X-Bodhi-Max-Cost")); err == nil && r.Header.Get("X-Bodhi-Max-Cost") != "" {
			if p.cost > most {
				p.mu.Unlock()
				w.WriteHeader(http.StatusPaymentRequired)
				_, _ = io.WriteString(w, `{"error":{"message":"It would cost more than it may."}}`)
				return
			}
		}
		p.capped += p.cost
		p.mu.Unlock()
		status, text := p.answer(n, r, string(b))
		w.Header().Set("X-Bodhi-Request-Id", fmt.Sprint("req_", n))
		w.Header().Set("X-Bodhi-Cost-Usd", p.cost.String())
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	})
}

func chat(content string) string {
	b, _ := json.Marshal(map[string]any{"choices": []any{map[string]any{"message": map[string]string{"content": content}, "finish_reason": "stop"}}})
	return string(b)
}

// receipt is a whole answer of the receipt tool, with some facts.
func receipt(facts map[string]string, page int, sure float64, lines string) string {
	all := map[string]any{}
	t, _ := tool.Find("receipt")
	for _, m := range t.Shape {
		all[m.Name] = map[string]any{"value": nil, "page": nil, "confidence": 0}
	}
	for name, v := range facts {
		all[name] = map[string]any{"value": v, "page": page, "confidence": sure}
	}
	all["lines"] = json.RawMessage(lines)
	b, _ := json.Marshal(all)
	return string(b)
}

func service(p *plane) *tool.Service {
	return tool.New(tool.Parts{Gateway: p, Reader: document.New(nil)})
}

func long(pages int) []byte {
	return []byte(strings.Repeat(strings.Repeat("Bolt M8, two pieces. ", 1170)+"\f", pages-1) + "Total 12.50 EUR")
}

func TestPartsAreAskedAndPutTogether(t *testing.T) {
	t.Parallel()
	p := &plane{cost: 1000, answer: func(_ int, _ *http.Request, body string) (int, string) {
		switch {
		case strings.Contains(body, `\"page`) && strings.Contains(body, "Total 12.50"):
			return 200, chat(receipt(map[string]string{"total": "12.50", "currency": "EUR", "seller": "made up"}, 4, 0.9, `[]`))
		case strings.Contains(body, `\"number\":2`):
			return 400, `{"error":{"message":"Not today."}}`
		}
		return 200, chat("```json\n" + receipt(map[string]string{"total": "99", "seller": "Bolt M8"}, 99, 0.3, `[{"description":"Bolt","quantity":"2","unit_price":"","amount":"","page":77,"confidence":3}]`) + "\n```")
	}}
	var told []tool.Progress
	r, err := service(p).Run(t.Context(), tool.Caller{}, tool.Ask{Tool: "receipt", Model: "smart", Data: long(4)}, func(p tool.Progress) { told = append(told, p) })
	if err != nil {
		t.Fatal(err)
	}
	fact := func(name string) map[string]any { f, _ := r.Result[name].(map[string]any); return f }
	if total := fact("total"); total["value"] != "12.50" || total["page"] != 4 || total["found"] != true {
		t.Errorf("the surest total: %v", total)
	}
	if seller := fact("seller"); seller["value"] != "made up" || seller["found"] != false {
		t.Errorf("what stands nowhere: %v", seller)
	}
	if lines, _ := r.Result["lines"].([]any); len(lines) != 2 || lines[0].(map[string]any)["page"] == 77 || lines[0].(map[string]any)["confidence"] != 1.0 {
		t.Errorf("lines: %v", r.Result["lines"])
	}
	if !r.Partial || len(r.Missing) != 1 || r.Missing[0] != (tool.Missing{From: 2, To: 2, Reason: "Not today."}) || r.Pages != 4 {
		t.Errorf("%v of %d pages", r.Missing, r.Pages)
	}
	if last := told[len(told)-1]; last != (tool.Progress{Parts: 4, Done: 4, Failed: 1, Cost: 4000}) || r.CostUSD != 4000 {
		t.Errorf("told %+v, cost %s", told, r.CostUSD)
	}
	if strings.Contains(p.asked[0], `"max_tokens"`) || !strings.Contains(p.asked[0], `"strict":true`) {
		t.Errorf("asked %s", p.asked[0])
	}
}

// All parts together never cost more than the cap, whatever they do.
func TestACapHoldsForAllParts(t *testing.T) {
	t.Parallel()
	for _, most := range []money.USD{1, 999, 1000, 2500, 3999, 4000, 100_000} {
		p := &plane{cost: 1000, answer: func(int, *http.Request, string) (int, string) {
			return 200, chat(receipt(map[string]string{"total": "1"}, 1, 1, `[]`))
		}}
		r, err := service(p).Run(t.Context(), tool.Caller{}, tool.Ask{Tool: "receipt", Model: "smart", Data: long(4), Most: most}, nil)
		if p.capped > most {
			t.Errorf("a cap of %d: %d were spent", most, p.capped)
		}
		if err == nil && (r.CostUSD != p.capped || len(r.Missing) == 0 && p.capped != 4000) {
			t.Errorf("a cap of %d: %+v, %d spent", most, r.Missing, p.capped)
		}
		if most >= 4000 && (err != nil || r.Partial) {
			t.Errorf("a cap of %d is enough: %v %v", most, r, err)
		}
	}
}

func TestAnAnswerThatIsNoneIsAskedForOnceMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers []string
		asked   int
		works   bool
	}{
		"the second is":  {[]string{`{"total": 1}`, receipt(nil, 1, 1, `[]`)}, 2, true},
		"neither is":     {[]string{"I cannot", `[]`}, 2, false},
		"the first is":   {[]string{receipt(nil, 1, 1, `[]`)}, 1, true},
		"a row is wrong": {[]string{receipt(nil, 1, 1, `[{"description":1}]`), receipt(nil, 1, 1, `[]`)}, 2, true},
	} {
		p := &plane{answer: func(n int, _ *http.Request, _ string) (int, string) { return 200, chat(c.answers[n]) }}
		_, err := service(p).Run(t.Context(), tool.Caller{}, tool.Ask{Tool: "receipt", Model: "smart", Data: []byte("Total")}, nil)
		if (err == nil) != c.works || len(p.asked) != c.asked {
			t.Errorf("%s: %v after %d questions", name, err, len(p.asked))
		}
	}
}

func TestAPictureGoesToTheModelItself(t *testing.T) {
	t.Parallel()
	p := &plane{answer: func(int, *http.Request, string) (int, string) {
		return 200, chat(`{"pages":[{"text":"Hi","page":9,"confidence":0.5}]}`)
	}}
	r, err := service(p).Run(t.Context(), tool.Caller{}, tool.Ask{Tool: "extract", Model: "eyes", Name: "a.png", Data: []byte("\x89PNG\r\n\x1a\n0000")}, nil)
	if err != nil || !strings.Contains(p.asked[0], "data:image/png;base64,") {
		t.Fatalf("%v %v", err, p.asked)
	}
	if rows, _ := r.Result["pages"].([]any); len(rows) != 1 || rows[0].(map[string]any)["page"] != 1 {
		t.Errorf("%v", r.Result)
	}
}

func TestATextThatIsThereCostsNothing(t *testing.T) {
	t.Parallel()
	p := &plane{}
	r, err := service(p).Run(t.Context(), tool.Caller{}, tool.Ask{Tool: "extract", Name: "a.pdf", Data: []byte("One\fTwo")}, nil)
	if err != nil || len(p.asked) != 0 || r.Plain() != "One\n\f\nTwo\n" || len(r.Warnings) != 1 {
		t.Errorf("%+v %v, asked %v", r, err, p.asked)
	}
}

// Every schema is strict: all members required, none other allowed, as providers want it.
func TestSchemasAreStrict(t *testing.T) {
	t.Parallel()
	var walk func(name string, v any)
	walk = func(name string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			return
		}
		if props, ok := m["properties"].(map[string]any); ok {
			required, _ := m["required"].([]any)
			if len(required) != len(props) || m["additionalProperties"] != false {
				t.Errorf("%s: %v", name, m)
			}
		}
		for k, v := range m {
			walk(name+"."+k, v)
		}
	}
	for _, x := range tool.Tools {
		var s any
		if err := json.Unmarshal(x.Shape.Schema(), &s); err != nil {
			t.Fatal(err)
		}
		walk(x.Name, s)
		if x.Instruction == "" || x.What == "" || x.Title == "" {
			t.Errorf("%s says too little", x.Name)
		}
	}
}

func TestFormsAndJSON(t *testing.T) {
	t.Parallel()
	p := &plane{answer: func(int, *http.Request, string) (int, string) {
		return 200, chat(`{"tables":[{"title":"T","columns":["a","b"],"rows":[["=1+1","-2"],["x","@y"]],"page":1,"confidence":1}]}`)
	}}
	ask := func(name, kind, body string) (tool.Reply, error) {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/documents/"+name, nil)
		r.Header.Set("Content-Type", kind)
		return service(p).Serve(r, nil, name, []byte(body))
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("model", "smart")
	_ = w.WriteField("format", "csv")
	f, _ := w.CreateFormFile("file", "a.txt")
	_, _ = io.WriteString(f, "a b")
	_ = w.Close()
	if got, err := ask("table", w.FormDataContentType(), form.String()); err != nil || string(got.Body) != "a,b\n'=1+1,-2\nx,'@y\n" {
		t.Errorf("%q %v", got.Body, err)
	}
	data := base64.StdEncoding.EncodeToString([]byte("a b"))
	for body, field := range map[string]string{
		`{"model":"smart","file":{"filename":"a.txt","data":"` + data + `"}}`:                        "",
		`{"model":"smart","file":{"filename":"a.txt","data":"data:text/plain;base64,` + data + `"}}`: "",
		`{"file":{"data":"` + data + `"}}`:                                                           "model",
		`{"model":"smart"}`:                                                                          "file",
		`{"model":"smart","file":{"data":"%%"}}`:                                                     "file.data",
		`{"model":"smart","file":{"data":"` + data + `"},"x":1}`:                                     "x",
		`{"model":5,"file":{"data":"` + data + `"}}`:                                                 "model",
		`{"model":"m","max_cost_usd":"-1","file":{"data":"` + data + `"}}`:                           "max_cost_usd",
		`{"model":"m","format":"xml","file":{"data":"` + data + `"}}`:                                "format",
	} {
		_, err := ask("table", "application/json", body)
		if f := fault.From(err); (field == "") != (err == nil) || field != "" && f.Field != field {
			t.Errorf("%s: %v", body, err)
		}
	}
	if _, err := ask("nothing", "application/json", `{"model":"m","file":{"data":"`+data+`"}}`); fault.From(err).Code != "unknown_tool" {
		t.Errorf("%v", err)
	}
}

// tone is a WAV of 8 kHz that is loud but for a tenth of a second now and then.
func tone(length time.Duration, quiet ...time.Duration) []byte {
	const rate = 8000
	n := int(length / time.Second * rate)
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+2*n))
	b.WriteString("WAVEfmt ")
	_ = binary.Write(&b, binary.LittleEndian, struct {
		Size             uint32
		Format, Channels uint16
		Rate, Bytes      uint32
		Block, Bits      uint16
	}{16, 1, 1, rate, 2 * rate, 2, 16})
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(2*n))
	samples := make([]int16, n)
	for i := range samples {
		samples[i] = int16(10_000 * math.Sin(float64(i)/5))
	}
	for _, q := range quiet {
		at := int(q * rate / time.Second)
		clear(samples[at : at+rate/5])
	}
	_ = binary.Write(&b, binary.LittleEndian, samples)
	return b.Bytes()
}

func TestALongSoundIsCutWhereItIsQuiet(t *testing.T) {
	t.Parallel()
	p := &plane{cost: 10, answer: func(_ int, r *http.Request, body string) (int, string) {
		if strings.Contains(body, "verbose_json") {
			return 400, `{"error":{"message":"response_format 'verbose_json' is not compatible with this model"}}`
		}
		return 200, `{"text":"First words. And more!"}`
	}}
	data := tone(8*time.Minute, 270*time.Second)
	s, err := service(p).Transcribe(t.Context(), tool.Caller{}, tool.Sound{Model: "whisper", Data: data, Language: "de"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Clips) != 2 || s.Clips[0].To != 270 || s.Clips[1].From != 270 || s.Clips[1].To != 480 || s.Timed || s.Partial {
		t.Errorf("%+v", s)
	}
	if len(s.Segments) != 4 || s.Segments[0].From != 0 || s.Segments[3].To != 8*time.Minute || s.Segments[2].From < 270*time.Second {
		t.Errorf("%+v", s.Segments)
	}
	if srt := s.SRT(); !strings.HasPrefix(srt, "1\n00:00:00,000 --> 00:0") || !strings.Contains(srt, "4\n") || !strings.HasSuffix(srt, "--> 00:08:00,000\nAnd more!\n\n") {
		t.Errorf("%s", srt)
	}
	if vtt := s.VTT(); !strings.HasPrefix(vtt, "WEBVTT\n\n00:00:00.000 --> ") {
		t.Errorf("%s", vtt)
	}
	for _, a := range p.asked {
		if !strings.HasSuffix(a, "--\r\n") || !strings.Contains(a, "RIFF") || !strings.Contains(a, "\r\nde\r\n") {
			t.Error("a clip is no sound of its own, or lost its language")
		}
	}
}

func TestTimesThatTheModelTellsCount(t *testing.T) {
	t.Parallel()
	p := &plane{answer: func(int, *http.Request, string) (int, string) {
		return 200, `{"text":"Hi <there>","language":"en","segments":[{"start":0.5,"end":1.25,"text":" Hi <there>","speaker":"A"}]}`
	}}
	s, err := service(p).Transcribe(t.Context(), tool.Caller{}, tool.Sound{Model: "whisper", Data: tone(2 * time.Second)}, nil)
	if err != nil || !s.Timed || s.VTT() != "WEBVTT\n\n00:00:00.500 --> 00:00:01.250\nA: Hi &lt;there&gt;\n\n" || len(p.asked) != 1 {
		t.Errorf("%+v %v", s, err)
	}
	if _, err := service(p).Transcribe(t.Context(), tool.Caller{}, tool.Sound{Model: "whisper", Data: []byte("no sound at all")}, nil); fault.From(err).Field != "file" {
		t.Errorf("%v", err)
	}
}

func TestALongTextIsSpokenInOrder(t *testing.T) {
	t.Parallel()
	p := &plane{cost: 5, answer: func(_ int, _ *http.Request, body string) (int, string) {
		var v struct{ Input string }
		_ = json.Unmarshal([]byte(body), &v)
		return 200, "<" + v.Input[:5] + ">"
	}}
	text := strings.Repeat("First sentence here. ", 150) + strings.Repeat("Later sentence here. ", 250)
	s, err := service(p).Speak(t.Context(), tool.Caller{}, tool.Speech{Model: "tts", Voice: "alloy", Text: text}, nil)
	if err != nil || string(s.MP3) != "<First><Later><Later>" || s.CostUSD != 15 {
		t.Errorf("%+v %v", s, err)
	}
	if _, err := service(p).Speak(t.Context(), tool.Caller{}, tool.Speech{Model: "tts", Voice: "alloy", Text: " "}, nil); fault.From(err).Field != "text" {
		t.Errorf("%v", err)
	}
}

// A sound that breaks off breaks its connection, which is a panic in whoever asks: here that would be the whole process.
func TestASoundThatBreaksOffIsToldOf(t *testing.T) {
	t.Parallel()
	p := &plane{cost: 5, answer: func(int, *http.Request, string) (int, string) { panic(http.ErrAbortHandler) }}
	_, err := service(p).Speak(t.Context(), tool.Caller{}, tool.Speech{Model: "tts", Voice: "alloy", Text: "Hello there."}, nil)
	if f := fault.From(err); f.Code != "document_unread" || !strings.Contains(f.Public, "broke off") {
		t.Errorf("%v", err)
	}
}
