package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// mediaModels are aliases for pictures and sound.
var mediaModels = []string{
	"paint=sb/sandbox-image", "write=sb/sandbox-transcribe", "whisper=sb/sandbox-whisper", "say=sb/sandbox-speech", "say-by-letter=sb/sandbox-tts",
	"judge=sb/sandbox-moderation", "say-slowly=sb/sandbox-speech+chunkdelay=20ms+hang=3", "say-half=sb/sandbox-speech+cut=2", "paint-503=sb/sandbox-image+status=503,sb/sandbox-image",
	"paint-silent=sb/sandbox-image+usage=none",
}

// TestMediaThroughTheGoClient uses OpenAI's own client for everything beside text; at the end the books are the bill, to the
// nano-dollar.
func TestMediaThroughTheGoClient(t *testing.T) {
	t.Parallel()
	mediaThrough(t, nil)
}

func TestMediaThroughTheGoClientOnPostgreSQL(t *testing.T) {
	t.Parallel()
	mediaThrough(t, harness.OnPostgres(pgtest.Start(t).URL()))
}

func mediaThrough(t *testing.T, env []string) {
	w := beginOn(t, env, "", mediaModels...)
	t.Run("all", func(t *testing.T) {
		for name, test := range map[string]func(*testing.T, *world){
			"images": paints, "images, streamed": paintsInSteps, "images, edited": edits, "images, edited as JSON": editsJSON, "images from the second target": paintsElsewhere,
			"transcripts": writes, "transcripts, streamed": writesInSteps, "transcripts by the second": writesBySecond, "translations": interprets,
			"speech": says, "speech in events": saysInEvents, "speech by the character": saysByLetter,
			"moderations": judges, "files": keepsFiles, "refusals": refusesMedia,
		} {
			t.Run(name, func(t *testing.T) { t.Parallel(); test(t, w) })
		}
	})
	var spent, held money.USD
	var bill harness.Bill
	harness.Wait(t, "every attempt to settle", func() bool {
		spent, held = w.standing(t)
		bill = w.sandbox.Bill(t)
		return held == 0 && int64(spent) >= bill.Total
	})
	if int64(spent) != bill.Total || bill.Total == 0 {
		t.Errorf("the ledger says %s USD, the sandbox charges %s USD for %d calls", spent, money.USD(bill.Total), bill.Calls)
	}
	w.Run(t, "verify", "--json")
}

// wave is a WAV file of so many tenths of a second: 8 kHz, 16 bits, one channel.
func wave(tenths int) []byte {
	data := make([]byte, 1600*tenths)
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+len(data)))
	b.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(8000), uint32(16000), uint16(2), uint16(16)} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(len(data)))
	b.Write(data)
	return b.Bytes()
}

// dot is a picture.
var dot, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

func upload(b []byte, name, kind string) io.Reader {
	return openai.File(bytes.NewReader(b), name, kind)
}

func paints(t *testing.T, w *world) {
	c := w.client()
	a, err := c.Images.Generate(within(t, 20*time.Second), openai.ImageGenerateParams{Model: "paint", Prompt: "a ledger", N: openai.Int(2), Size: "1024x1536", Quality: "low"})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Data) != 2 || a.Usage.OutputTokens != 2*408 || a.Usage.InputTokens != 2 || a.Size != "1024x1536" {
		t.Errorf("%s", a.RawJSON())
	}
	if b, err := base64.StdEncoding.DecodeString(a.Data[0].B64JSON); err != nil || !bytes.HasPrefix(b, []byte("\x89PNG")) {
		t.Errorf("no picture: %v", err)
	}
}

func paintsInSteps(t *testing.T, w *world) {
	c := w.client()
	s := c.Images.GenerateStreaming(within(t, 20*time.Second), openai.ImageGenerateParams{Model: "paint", Prompt: "a ledger", Quality: "medium", PartialImages: openai.Int(2)})
	defer s.Close()
	var kinds []string
	var last openai.ImageGenStreamEventUnion
	for s.Next() {
		last = s.Current()
		kinds = append(kinds, last.Type)
	}
	if err := s.Err(); err != nil || strings.Join(kinds, " ") != "image_generation.partial_image image_generation.partial_image image_generation.completed" || last.Usage.OutputTokens != 1056+200 {
		t.Errorf("%v %v %d", err, kinds, last.Usage.OutputTokens)
	}
}

func edits(t *testing.T, w *world) {
	c := w.client()
	a, err := c.Images.Edit(within(t, 20*time.Second), openai.ImageEditParams{Model: "paint", Prompt: "in blue", Quality: "low", Size: "1024x1024",
		Image: openai.ImageEditParamsImageUnion{OfFileArray: []io.Reader{upload(dot, "a.png", "image/png"), upload(dot, "b.png", "image/png")}}, Mask: upload(dot, "m.png", "image/png")})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Data) != 1 || a.Usage.InputTokensDetails.ImageTokens != 3*85 || a.Usage.OutputTokens != 272 {
		t.Errorf("%s", a.RawJSON())
	}
	s := c.Images.EditStreaming(within(t, 20*time.Second), openai.ImageEditParams{Model: "paint", Prompt: "in red", Quality: "low", Image: openai.ImageEditParamsImageUnion{OfFile: upload(dot, "a.png", "image/png")}})
	defer s.Close()
	n := 0
	for s.Next() {
		n++
	}
	if s.Err() != nil || n != 1 || s.Current().Type != "image_edit.completed" {
		t.Errorf("%v, %d events, %s", s.Err(), n, s.Current().Type)
	}
}

func editsJSON(t *testing.T, w *world) {
	resp, body := w.raw(t, http.MethodPost, "/images/edits", `{"model":"paint","prompt":"x","quality":"low","images":[{"image_url":"data:image/png;base64,`+base64.StdEncoding.EncodeToString(dot)+`"}]}`, "Content-Type", "application/json")
	if resp.StatusCode != 200 || !strings.Contains(body, `"image_tokens":85`) || resp.Header.Get("X-Bodhi-Cost-Usd") == "" {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func paintsElsewhere(t *testing.T, w *world) {
	resp, body := w.raw(t, http.MethodPost, "/images/edits", form(t, map[string]string{"model": "paint-503", "prompt": "x", "quality": "low"}, "image", "a.png", dot), "Content-Type", formType)
	if resp.StatusCode != 200 || resp.Header.Get("X-Bodhi-Attempts") != "2" {
		t.Errorf("%d %s %s", resp.StatusCode, resp.Header.Get("X-Bodhi-Attempts"), body)
	}
}

func writes(t *testing.T, w *world) {
	c := w.client()
	a, err := c.Audio.Transcriptions.New(within(t, 20*time.Second), openai.AudioTranscriptionNewParams{Model: "write", File: upload(wave(25), "talk.wav", "audio/wav"), Prompt: openai.String("a ledger")})
	if err != nil {
		t.Fatal(err)
	}
	if a.Text != "The sandbox heard talk.wav, which plays for 2.5 seconds." || a.Usage.InputTokenDetails.AudioTokens != 25 || a.Usage.InputTokens != 27 {
		t.Errorf("%s", a.RawJSON())
	}
}

func writesInSteps(t *testing.T, w *world) {
	c := w.client()
	s := c.Audio.Transcriptions.NewStreaming(within(t, 20*time.Second), openai.AudioTranscriptionNewParams{Model: "write", File: upload(wave(10), "talk.wav", "audio/wav")})
	defer s.Close()
	text, last := "", openai.TranscriptionStreamEventUnion{}
	for s.Next() {
		last = s.Current()
		text += last.Delta
	}
	if s.Err() != nil || text == "" || last.Type != "transcript.text.done" || last.Text != text || last.Usage.OutputTokens == 0 {
		t.Errorf("%v %q %s", s.Err(), text, last.RawJSON())
	}
}

func writesBySecond(t *testing.T, w *world) {
	c := w.client()
	a, err := c.Audio.Transcriptions.New(within(t, 20*time.Second), openai.AudioTranscriptionNewParams{Model: "whisper", File: upload(wave(31), "talk.wav", "audio/wav"), ResponseFormat: openai.AudioResponseFormatVerboseJSON})
	if err != nil {
		t.Fatal(err)
	}
	if a.Duration != 3.1 || a.Usage.Seconds != 4 || len(a.Segments) != 1 {
		t.Errorf("%s", a.RawJSON())
	}
	for format, want := range map[string]string{"text": "The sandbox heard", "srt": "1\n00:00:00,000 -->", "vtt": "WEBVTT\n\n"} {
		resp, body := w.raw(t, http.MethodPost, "/audio/transcriptions", form(t, map[string]string{"model": "whisper", "response_format": format}, "file", "talk.wav", wave(31)), "Content-Type", formType)
		if ct := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || !strings.HasPrefix(body, want) || !strings.HasPrefix(ct, "text/plain") || resp.Header.Get("X-Bodhi-Cost-Usd") != "0.0004" {
			t.Errorf("%s: %d %s, cost %s: %s", format, resp.StatusCode, ct, resp.Header.Get("X-Bodhi-Cost-Usd"), body)
		}
	}
}

func interprets(t *testing.T, w *world) {
	c := w.client()
	//lint:ignore SA1019 the endpoint is on OpenAI's list of what will go, and is there until it goes
	a, err := c.Audio.Translations.New(within(t, 20*time.Second), openai.AudioTranslationNewParams{Model: "whisper", File: upload(wave(5), "rede.wav", "audio/wav")})
	if err != nil || !strings.Contains(a.Text, "rede.wav") {
		t.Errorf("%v %+v", err, a)
	}
}

const spokenText = "A ledger is a book of accounts. — Ein Hauptbuch."

func says(t *testing.T, w *world) {
	c := w.client()
	resp, err := c.Audio.Speech.New(within(t, 20*time.Second), openai.AudioSpeechNewParams{Model: "say", Input: spokenText, Voice: openai.AudioSpeechNewParamsVoiceUnion{OfString: openai.String("alloy")}, ResponseFormat: "wav"})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || len(b) != 4*400 || resp.Header.Get("Content-Type") != "audio/wav" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v, %d bytes of %s", err, len(b), resp.Header.Get("Content-Type"))
	}
	// 13 tokens in at 600, 80 tokens out at 12,000 nano-dollars.
	if cost := resp.Trailer.Get("X-Bodhi-Cost-Usd"); cost != "0.0009678" {
		t.Errorf("cost %s", cost)
	}
}

func saysInEvents(t *testing.T, w *world) {
	resp, body := w.raw(t, http.MethodPost, "/audio/speech", `{"model":"say","input":"Hello","voice":"alloy","stream_format":"sse"}`)
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") || strings.Count(body, `"speech.audio.delta","audio"`)+strings.Count(body, `"type":"speech.audio.delta"`) != 1 || !strings.Contains(body, `"output_tokens":20`) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func saysByLetter(t *testing.T, w *world) {
	resp, body := w.raw(t, http.MethodPost, "/audio/speech", `{"model":"say-by-letter","input":"`+spokenText+`","voice":{"id":"v"},"response_format":"pcm"}`)
	if n := len([]rune(spokenText)); resp.StatusCode != 200 || len(body) == 0 || resp.Trailer.Get("X-Bodhi-Cost-Usd") != money.USD(15_000*n).String() {
		t.Errorf("%d, %d bytes, cost %s", resp.StatusCode, len(body), resp.Trailer.Get("X-Bodhi-Cost-Usd"))
	}
}

func judges(t *testing.T, w *world) {
	c := w.client()
	a, err := c.Moderations.New(within(t, 20*time.Second), openai.ModerationNewParams{Model: "judge", Input: openai.ModerationNewParamsInputUnion{OfStringArray: []string{"a ledger", "violence and gore"}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Results) != 2 || a.Results[0].Flagged || !a.Results[1].Categories.ViolenceGraphic {
		t.Errorf("%s", a.RawJSON())
	}
}

func keepsFiles(t *testing.T, w *world) {
	c := w.client()
	ctx := within(t, 20*time.Second)
	put := func(name string) *openai.FileObject {
		f, err := c.Files.New(ctx, openai.FileNewParams{File: upload([]byte("<html>"+name+"</html>"), name, "text/html"), Purpose: openai.FilePurposeUserData})
		if err != nil {
			t.Fatal(err, typed(t, err).RawJSON())
		}
		return f
	}
	one, two := put("one.html"), put("two.html")
	list, err := c.Files.List(ctx, openai.FileListParams{Purpose: openai.String("user_data")})
	if err != nil || len(list.Data) != 2 || list.Data[0].ID != two.ID || list.Data[0].Filename != "two.html" || list.HasMore {
		t.Fatalf("%v %s", err, list.RawJSON())
	}
	if page, err := c.Files.List(ctx, openai.FileListParams{Limit: openai.Int(1), Order: "asc"}); err != nil || len(page.Data) != 1 || page.Data[0].ID != one.ID || !page.HasMore {
		t.Errorf("%v %s", err, page.RawJSON())
	}
	if f, err := c.Files.Get(ctx, one.ID); err != nil || f.Bytes != int64(len("<html>one.html</html>")) {
		t.Errorf("%v %+v", err, f)
	}
	resp, err := c.Files.Content(ctx, one.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "<html>one.html</html>" || resp.Header.Get("Content-Type") != "application/octet-stream" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v %q %s", err, b, resp.Header.Get("Content-Type"))
	}
	if d, err := c.Files.Delete(ctx, one.ID); err != nil || !d.Deleted {
		t.Errorf("%v %+v", err, d)
	}
	_, err = c.Files.Get(ctx, one.ID)
	if e := typed(t, err); e.StatusCode != 404 || e.Message != "No such File object: "+one.ID {
		t.Errorf("%d %s", e.StatusCode, e.Message)
	}
	if list, err := c.Files.List(ctx, openai.FileListParams{}); err != nil || len(list.Data) != 1 {
		t.Errorf("%v %s", err, list.RawJSON())
	}
	// A file named by the model whose provider is to keep it: the field is ours and does not pass.
	if resp, body := w.raw(t, http.MethodPost, "/files", form(t, map[string]string{"model": "smart", "purpose": "evals"}, "file", "c.txt", []byte("x")), "Content-Type", formType); resp.StatusCode != 200 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if resp, body := w.raw(t, http.MethodPost, "/batches", `{}`); resp.StatusCode != 400 || !strings.Contains(body, "endpoint") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

const formType = "multipart/form-data; boundary=xxBOUNDARYxx"

// form writes a form by hand.
func form(t *testing.T, fields map[string]string, field, name string, file []byte) string {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.SetBoundary("xxBOUNDARYxx"); err != nil {
		t.Fatal(err)
	}
	for k, v := range fields {
		_ = m.WriteField(k, v)
	}
	if field != "" {
		p, _ := m.CreateFormFile(field, name)
		_, _ = p.Write(file)
	}
	_ = m.Close()
	return b.String()
}

func refusesMedia(t *testing.T, w *world) {
	for name, x := range map[string]struct {
		path, body, kind string
		status           int
		says             string
	}{
		"no prompt":             {"/images/generations", `{"model":"paint"}`, "application/json", 400, `no \"prompt\"`},
		"a prompt of numbers":   {"/images/generations", `{"model":"paint","prompt":7}`, "application/json", 400, `\"prompt\" must be a string`},
		"eleven pictures":       {"/images/generations", `{"model":"paint","prompt":"x","n":11}`, "application/json", 400, "1 to 10"},
		"a size of words":       {"/images/generations", `{"model":"paint","prompt":"x","size":"large"}`, "application/json", 400, "1024x1024"},
		"an absurd size":        {"/images/generations", `{"model":"paint","prompt":"x","size":"99999999x1"}`, "application/json", 400, "at most 16384"},
		"a size it has not":     {"/images/generations", `{"model":"paint","prompt":"x","size":"16x16"}`, "application/json", 400, "Supported values are"},
		"no JSON":               {"/images/generations", `prompt=x`, "application/json", 400, "JSON object"},
		"a form where none is":  {"/images/generations", form(t, map[string]string{"model": "paint", "prompt": "x"}, "", "", nil), formType, 400, "takes a JSON object"},
		"JSON where a form is":  {"/audio/transcriptions", `{"model":"write"}`, "application/json", 400, "takes a form"},
		"no file":               {"/audio/transcriptions", form(t, map[string]string{"model": "write"}, "", "", nil), formType, 400, `no \"file\"`},
		"an empty file":         {"/audio/transcriptions", form(t, map[string]string{"model": "write"}, "file", "a.wav", nil), formType, 400, "empty"},
		"a file that is a word": {"/audio/transcriptions", form(t, map[string]string{"model": "write", "file": "x"}, "", "", nil), formType, 400, "not a plain field"},
		"no model":              {"/audio/transcriptions", form(t, nil, "file", "a.wav", wave(1)), formType, 400, "names no model"},
		"an unknown format":     {"/audio/transcriptions", form(t, map[string]string{"model": "write", "response_format": "yaml"}, "file", "a.wav", wave(1)), formType, 400, "must be one of json"},
		"a format it has not":   {"/audio/transcriptions", form(t, map[string]string{"model": "write", "response_format": "srt"}, "file", "a.wav", wave(1)), formType, 400, "not compatible"},
		"half a form":           {"/audio/transcriptions", form(t, map[string]string{"model": "write"}, "file", "a.wav", wave(1))[:300], formType, 400, "cannot be read"},
		"no boundary":           {"/audio/transcriptions", "x", "multipart/form-data", 400, "boundary"},
		"an unknown model":      {"/audio/speech", `{"model":"nobody","input":"x","voice":"alloy"}`, "application/json", 404, "model_not_found"},
		"a voice of silence":    {"/audio/speech", `{"model":"say","voice":"alloy"}`, "application/json", 400, `no \"input\"`},
		"a wild speed":          {"/audio/speech", `{"model":"say","input":"x","voice":"alloy","speed":100}`, "application/json", 400, "0.25 to 4"},
		"moderations of truth":  {"/moderations", `{"model":"judge","input":true}`, "application/json", 400, `\"input\" must be`},
		"a purpose too few":     {"/files", form(t, nil, "file", "a.txt", []byte("x")), formType, 400, `no \"purpose\"`},
		"a model key twice":     {"/images/generations", `{"model":"paint","model":"x","prompt":"x"}`, "application/json", 400, "twice"},
		"a model in capitals":   {"/images/generations", `{"Model":"paint","prompt":"x"}`, "application/json", 400, `written \"model\"`},
		"too large":             {"/files", form(t, map[string]string{"purpose": "user_data"}, "file", "a.txt", make([]byte, 33<<20)), formType, 413, "32 MiB"},
	} {
		resp, body := w.raw(t, http.MethodPost, x.path, x.body, "Content-Type", x.kind)
		var e struct {
			Error struct{ Message, Type string }
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil || resp.StatusCode != x.status || !strings.Contains(body, x.says) || e.Error.Message == "" || e.Error.Type == "" {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
	for _, id := range []string{"file-nobodys", "..%2f..%2fmodels", "file-x/content"} {
		if resp, body := w.raw(t, http.MethodGet, "/files/"+id, ""); resp.StatusCode != 404 || !strings.Contains(body, "No such File object") {
			t.Errorf("%s: %d %s", id, resp.StatusCode, body)
		}
	}
}

// another makes a second key of the same team and gives its secret.
func (w *world) another(t *testing.T) string {
	t.Helper()
	r, err := http.NewRequestWithContext(within(t, 20*time.Second), http.MethodPost, strings.TrimSuffix(w.DashboardURL, "/")+"/api/v1/keys", strings.NewReader(`{"name":"other","team":"`+w.TeamID+`","account":"other app"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.AdminToken)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	var k struct{ Secret string }
	if err := json.Unmarshal(b, &k); err != nil || k.Secret == "" {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	return k.Secret
}

func TestAFileIsItsKeysOwn(t *testing.T) {
	t.Parallel()
	w := begin(t, "", mediaModels...)
	resp, body := w.raw(t, http.MethodPost, "/files", form(t, map[string]string{"purpose": "user_data"}, "file", "mine.txt", []byte("secret")), "Content-Type", formType)
	var f struct{ ID string }
	if err := json.Unmarshal([]byte(body), &f); err != nil || resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	other := "Bearer " + w.another(t)
	harness.Wait(t, "the new key to be known", func() bool {
		resp, _ := w.raw(t, http.MethodGet, "/models", "", "Authorization", other)
		return resp.StatusCode == 200
	})
	if resp, body := w.raw(t, http.MethodGet, "/files", "", "Authorization", other); resp.StatusCode != 200 || strings.Contains(body, f.ID) || !strings.Contains(body, `"data":[]`) {
		t.Errorf("another key lists %d %s", resp.StatusCode, body)
	}
	for _, x := range []struct{ method, end string }{{"GET", ""}, {"GET", "/content"}, {"DELETE", ""}} {
		foreign, text := w.raw(t, x.method, "/files/"+f.ID+x.end, "", "Authorization", other)
		unknown, same := w.raw(t, x.method, "/files/file-unknown"+x.end, "", "Authorization", other)
		text = strings.ReplaceAll(text, foreign.Header.Get("X-Request-Id"), "")
		same = strings.ReplaceAll(strings.ReplaceAll(same, unknown.Header.Get("X-Request-Id"), ""), "file-unknown", f.ID)
		if foreign.StatusCode != 404 || text != same {
			t.Errorf("%s %s: %d %s, unknown: %s", x.method, x.end, foreign.StatusCode, text, same)
		}
	}
	// Whoever may name a file reads it, so its name is unknown to others wherever it stands.
	for path, body := range map[string]string{
		"/chat/completions": `{"model":"smart","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"` + f.ID + `"}}]}]}`,
		"/responses":        `{"model":"smart","input":[{"role":"user","content":[{"type":"input_file","file_i\u0064":"` + f.ID + `"}]}]}`,
		"/images/edits":     `{"model":"paint","prompt":"x","quality":"low","images":[{"file_id":"` + f.ID + `"}]}`,
	} {
		if resp, text := w.raw(t, http.MethodPost, path, body, "Authorization", other, "Content-Type", "application/json"); resp.StatusCode != 404 || !strings.Contains(text, "No such File object") {
			t.Errorf("another key names it at %s: %d %s", path, resp.StatusCode, text)
		}
		if resp, text := w.raw(t, http.MethodPost, path, body, "Content-Type", "application/json"); resp.StatusCode != 200 {
			t.Errorf("its own key names it at %s: %d %s", path, resp.StatusCode, text)
		}
	}
	cited := `{"model":"smart","input":[{"role":"assistant","content":[{"type":"output_text","text":"x","annotations":[{"type":"file_citation","file_id":"file-of-a-tool","index":0}]}]},{"role":"user","content":[{"type":"input_text","text":"x"},{"type":"unknown"}]}]}`
	if resp, text := w.raw(t, http.MethodPost, "/responses", cited, "Content-Type", "application/json"); strings.Contains(text, "No such File object") {
		t.Errorf("a citation is taken for a file: %d %s", resp.StatusCode, text)
	}
	if resp, body := w.raw(t, http.MethodGet, "/files/"+f.ID+"/content", ""); resp.StatusCode != 200 || body != "secret" {
		t.Errorf("its own key reads %d %s", resp.StatusCode, body)
	}
}

// TestSpeechThatBreaksOff leaves speech in the middle, and is left by the provider: both are booked at no less than the bill
// and no more than what was held, and a broken answer does not end like a whole one.
func TestSpeechThatBreaksOff(t *testing.T) {
	t.Parallel()
	w := begin(t, "", mediaModels...)
	body := `{"model":"%","input":"` + strings.Repeat("a long story ", 20) + `","voice":"alloy"}`
	start := func(model string) *http.Response {
		r, err := http.NewRequestWithContext(within(t, 20*time.Second), http.MethodPost, w.ProxyURL+"/audio/speech", strings.NewReader(strings.Replace(body, "%", model, 1)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+w.VirtualKey)
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil || resp.StatusCode != 200 {
			t.Fatal(err, resp)
		}
		return resp
	}
	left := start("say-slowly")
	if _, err := io.ReadFull(left.Body, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	_ = left.Body.Close()
	half := start("say-half")
	defer half.Body.Close()
	if b, err := io.ReadAll(half.Body); err == nil {
		t.Errorf("%d bytes of a broken answer ended well", len(b))
	}
	var spent, held money.USD
	var bill harness.Bill
	harness.Wait(t, "both attempts to settle", func() bool {
		spent, held = w.standing(t)
		bill = w.sandbox.Bill(t)
		return held == 0 && bill.Calls == 2 && spent > 0
	})
	// Each is held for 1,024 + 8 × 260 bytes and what stands around them, in tokens of 12 micro-dollars at most.
	if int64(spent) < bill.Total || spent > 2*money.USD(12_000*(1_024+8*400)+600*500) {
		t.Errorf("%s booked, %s charged", spent, money.USD(bill.Total))
	}
	w.Run(t, "verify", "--json")
}

// TestMediaUnderAHardBudget shows that what a call can cost is known before it is sent.
func TestMediaUnderAHardBudget(t *testing.T) {
	t.Parallel()
	w := begin(t, "0.05/monthly/hard", mediaModels...)
	for name, x := range map[string]struct {
		path, body, kind string
		status           int
		says             string
	}{
		"a cheap picture fits":               {"/images/generations", `{"model":"paint","prompt":"x","quality":"low","size":"1024x1024"}`, "", 200, "b64_json"},
		"ten dear ones do not":               {"/images/generations", `{"model":"paint","prompt":"x","quality":"high","n":10}`, "", 402, "budget_exhausted"},
		"sound that can be measured fits":    {"/audio/transcriptions", form(t, map[string]string{"model": "whisper"}, "file", "a.wav", wave(20)), formType, 200, "heard"},
		"sound that plays too long does not": {"/audio/transcriptions", form(t, map[string]string{"model": "whisper"}, "file", "a.wav", wave(6000)), formType, 402, "budget_exhausted"},
		"sound that cannot be measured":      {"/audio/transcriptions", form(t, map[string]string{"model": "whisper"}, "file", "a.webm", []byte("\x1aE\xdf\xa3 unknown")), formType, 402, "price_unknown"},
		"verdicts are free":                  {"/moderations", `{"model":"judge","input":"x"}`, "", 200, "modr-"},
		"an SVG is billed apart":             {"/images/generations", `{"model":"paint","prompt":"x","output_format":"svg"}`, "", 402, "price_unknown"},
	} {
		resp, body := w.raw(t, http.MethodPost, x.path, x.body, "Content-Type", x.kind)
		if resp.StatusCode != x.status || !strings.Contains(body, x.says) {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
}
