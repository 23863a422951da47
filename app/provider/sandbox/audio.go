package sandbox

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// Sound costs ten tokens a second to read at sandbox-transcribe, and a second's price for each begun second at
// sandbox-whisper, as at OpenAI. What is heard depends on the file alone.
const heardTokens = 10

type heard struct {
	text    string
	tenths  int64
	seconds int64
	format  string
	stream  bool
	prompt  string
}

func (s *Sandbox) transcribe(w http.ResponseWriter, r *http.Request) {
	s.hear(w, r, "sandbox-transcribe", "sandbox-whisper")
}

func (s *Sandbox) interpret(w http.ResponseWriter, r *http.Request) { s.hear(w, r, "sandbox-whisper") }

func (s *Sandbox) hear(w http.ResponseWriter, r *http.Request, models ...string) {
	s.identify(w, s.number())
	form, f := readSheet(w, r)
	if f != nil {
		refuse(w, f)
		return
	}
	model, sc, f := s.enter(r, deployed(r, form.word("model")), models...)
	if f != nil {
		refuse(w, f)
		return
	}
	name, sound, f := form.file("file")
	if f == nil && !strings.Contains(name, ".") {
		f = &failure{status: 400, message: "Unrecognized file format. Supported formats: ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm']"}
	}
	h := heard{format: or(form.word("response_format"), "json"), stream: form.word("stream") == "true", prompt: form.word("prompt"), tenths: tenths(sound)}
	h.seconds = (h.tenths + 9) / 10
	if f == nil && model == "sandbox-transcribe" && h.format != "json" {
		f = &failure{status: 400, param: "response_format", code: "unsupported_value", message: "response_format '" + h.format + "' is not compatible with model 'sandbox-transcribe'. Use 'json' instead."}
	}
	if f != nil {
		refuse(w, f)
		return
	}
	h.text = fmt.Sprintf("The sandbox heard %s, which plays for %d.%d seconds.", name, h.tenths/10, h.tenths%10)
	if sc.Tokens > 0 {
		h.text = strings.Repeat("word", sc.Tokens)
	}
	charge := Charge{ID: w.Header().Get("X-Request-Id"), Client: r.Header.Get("X-Client-Request-Id"), Model: model, End: "complete", Stream: h.stream}
	if model == "sandbox-whisper" {
		charge.Seconds = h.seconds
	} else {
		charge.Input, charge.Output = h.heardTokens()+textTokens(h.prompt), textTokens(h.text)
	}
	if sc.CutNow {
		s.books.charge(charge)
		panic(http.ErrAbortHandler)
	}
	if h.stream && model == "sandbox-transcribe" { // Whisper ignores it, as at OpenAI
		s.dictate(w, r, h, sc, charge)
		return
	}
	charge.Stream = false
	s.books.charge(charge)
	s.write(w, h, sc, charge)
}

func (h *heard) heardTokens() int64 { return h.tenths * heardTokens / 10 }

func (h *heard) usage(c Charge) any {
	if c.Seconds > 0 {
		return map[string]any{"type": "duration", "seconds": c.Seconds}
	}
	return map[string]any{"type": "tokens", "total_tokens": c.Input + c.Output, "input_tokens": c.Input,
		"input_token_details": map[string]int64{"text_tokens": c.Input - h.heardTokens(), "audio_tokens": h.heardTokens()}, "output_tokens": c.Output}
}

// write sends a transcript in one of its forms.
func (s *Sandbox) write(w http.ResponseWriter, h heard, sc Script, c Charge) {
	end := fmt.Sprintf("00:00:%02d", min(h.seconds, 59))
	text := ""
	switch h.format {
	case "text":
		text = h.text + "\n"
	case "srt":
		text = "1\n00:00:00,000 --> " + end + ",000\n" + h.text + "\n\n"
	case "vtt":
		text = "WEBVTT\n\n00:00:00.000 --> " + end + ".000\n" + h.text + "\n\n"
	}
	if text != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(text))
		return
	}
	out := map[string]any{"text": h.text}
	if h.format == "verbose_json" {
		out["task"], out["language"], out["duration"] = "transcribe", "english", float64(h.tenths)/10
		out["segments"] = []map[string]any{{"id": 0, "seek": 0, "start": 0.0, "end": float64(h.tenths) / 10, "text": h.text, "tokens": []int{50364}, "temperature": 0.0, "avg_logprob": -0.2, "compression_ratio": 1.1, "no_speech_prob": 0.01}}
	}
	if sc.Usage != "none" {
		out["usage"] = h.usage(c)
	}
	answer(w, out)
}

// dictate streams a transcript.
func (s *Sandbox) dictate(w http.ResponseWriter, r *http.Request, h heard, sc Script, c Charge) {
	c.End = "canceled"
	c.Output = 0
	defer func() { s.books.charge(c) }()
	e := s.events(w, r, sc)
	said := 0
	for _, p := range pieces(h.text) {
		if !e.piece(event("transcript.text.delta", map[string]any{"type": "transcript.text.delta", "delta": p})) {
			return
		}
		said += len(p)
		c.Output = tokensIn(said)
		c.Pieces++
	}
	c.End = "complete"
	done := map[string]any{"type": "transcript.text.done", "text": h.text}
	if sc.Usage != "none" {
		done["usage"] = h.usage(c)
	}
	e.piece(event("transcript.text.done", done))
}

// Speech takes a second for every fifteen characters, and twenty tokens a second; sandbox-tts is billed by characters.
const (
	charsPerSecond = 15
	spokenTokens   = 20
	maxSpoken      = 4096
)

type speechRequest struct {
	Model        string  `json:"model"`
	Input        string  `json:"input"`
	Voice        any     `json:"voice"`
	Instructions string  `json:"instructions"`
	Format       string  `json:"response_format"`
	StreamFormat string  `json:"stream_format"`
	Speed        float64 `json:"speed"`
}

var speechTypes = map[string]string{"mp3": "audio/mpeg", "opus": "audio/ogg", "aac": "audio/aac", "flac": "audio/flac", "wav": "audio/wav", "pcm": "audio/pcm"}

func (s *Sandbox) speak(w http.ResponseWriter, r *http.Request) {
	s.identify(w, s.number())
	var q speechRequest
	f := decode(r, &q)
	if f != nil {
		refuse(w, f)
		return
	}
	model, sc, f := s.enter(r, deployed(r, q.Model), "sandbox-speech", "sandbox-tts")
	q.Format = or(q.Format, "mp3")
	chars := int64(len([]rune(q.Input)))
	switch {
	case f != nil:
	case chars == 0 || chars > maxSpoken:
		f = &failure{status: 400, param: "input", code: "string_too_long", message: "Invalid 'input': expected a string of 1 to 4096 characters."}
	case q.Voice == nil:
		f = &failure{status: 400, param: "voice", message: "Missing required parameter: 'voice'."}
	case speechTypes[q.Format] == "":
		f = &failure{status: 400, param: "response_format", code: "invalid_value", message: "Invalid value: '" + q.Format + "'."}
	case q.StreamFormat == "sse" && model == "sandbox-tts":
		f = &failure{status: 400, param: "stream_format", message: "'sse' is not supported for 'sandbox-tts'."}
	}
	if f != nil {
		refuse(w, f)
		return
	}
	charge := Charge{ID: w.Header().Get("X-Request-Id"), Client: r.Header.Get("X-Client-Request-Id"), Model: model, End: "canceled", Stream: true}
	if model == "sandbox-tts" {
		charge.Chars = chars
	} else {
		charge.Input = textTokens(q.Input) + textTokens(q.Instructions)
	}
	s.voice(w, r, &q, sc, charge, (chars+charsPerSecond-1)/charsPerSecond)
}

// voice sends a second of sound at a time, as bytes or as events.
func (s *Sandbox) voice(w http.ResponseWriter, r *http.Request, q *speechRequest, sc Script, charge Charge, seconds int64) {
	defer func() { s.books.charge(charge) }()
	var e *events
	if q.StreamFormat == "sse" {
		e = s.events(w, r, sc)
	} else {
		w.Header().Set("Content-Type", speechTypes[q.Format])
		e = &events{w: w, r: r, sc: sc}
	}
	d := s.dice("voice", q.Input)
	for range seconds {
		sound := make([]byte, 400)
		for i := range sound {
			sound[i] = byte(d.roll())
		}
		if q.StreamFormat == "sse" {
			sound = event("speech.audio.delta", map[string]any{"type": "speech.audio.delta", "audio": base64.StdEncoding.EncodeToString(sound)})
		}
		if charge.Chars == 0 {
			charge.Output += spokenTokens
		}
		if !e.piece(sound) {
			return
		}
		charge.Pieces++
	}
	charge.End = "complete"
	if q.StreamFormat == "sse" {
		done := map[string]any{"type": "speech.audio.done"}
		if sc.Usage != "none" {
			done["usage"] = map[string]int64{"input_tokens": charge.Input, "output_tokens": charge.Output, "total_tokens": charge.Input + charge.Output}
		}
		e.piece(event("speech.audio.done", done))
	}
}
