package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Pictures, speech and transcripts in Google's words, of real models at their list prices.
const (
	flashImage = "gemini-2.5-flash-image"
	flashTTS   = "gemini-2.5-flash-preview-tts"
	imagen     = "imagen-4.0-generate-001"

	googlePicture = 1290 // tokens of one picture
	googleHeard   = 32   // tokens of a second heard
	googleSpoken  = 25   // tokens of a second spoken
)

// elsewise is a generateContent request for something else than text.
type elsewise struct {
	Contents []contentAsked `json:"contents"`
	Config   struct {
		Kinds     []string `json:"responseModalities"`
		MaxOutput int64    `json:"maxOutputTokens"`
		Picture   struct {
			Ratio string `json:"aspectRatio"`
		} `json:"imageConfig"`
		Speech struct {
			Voice struct {
				Prebuilt struct {
					Name string `json:"voiceName"`
				} `json:"prebuiltVoiceConfig"`
			} `json:"voiceConfig"`
		} `json:"speechConfig"`
	} `json:"generationConfig"`
}

// peekMedia reports whether a request is for something else than text, and leaves its body to be read again.
func peekMedia(r *http.Request) (*elsewise, bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	r.Body = io.NopCloser(bytes.NewReader(body))
	var e elsewise
	return &e, err == nil && json.Unmarshal(body, &e) == nil && e.kind() != ""
}

// kind says what is asked for: IMAGE, AUDIO, HEAR, or "" for text.
func (e *elsewise) kind() string {
	for _, k := range e.Config.Kinds {
		if k == "IMAGE" || k == "AUDIO" {
			return k
		}
	}
	for _, c := range e.Contents {
		for _, p := range c.Parts {
			if p.Inline != nil && strings.HasPrefix(p.Inline.Type, "audio/") {
				return "HEAR"
			}
		}
	}
	return ""
}

// said is all text of a request, and what came with it.
func (e *elsewise) said() (text string, given []string) {
	for _, c := range e.Contents {
		for _, p := range c.Parts {
			switch {
			case p.Text != nil:
				text += *p.Text
			case p.Inline != nil:
				given = append(given, p.Inline.Data)
			}
		}
	}
	return text, given
}

type counted struct {
	Prompt     int64           `json:"promptTokenCount"`
	Candidates int64           `json:"candidatesTokenCount"`
	Total      int64           `json:"totalTokenCount"`
	Read       []modalityCount `json:"promptTokensDetails"`
	Made       []modalityCount `json:"candidatesTokensDetails"`
}

// contentMedia answers a request for media.
func (s *Sandbox) contentMedia(w http.ResponseWriter, r *http.Request, model string, e *elsewise) {
	kind := e.kind()
	base, sc, f := s.enter(r, model, map[string][]string{"IMAGE": {flashImage}, "AUDIO": {flashTTS}, "HEAR": {flash}}[kind]...)
	text, given := e.said()
	if f == nil {
		f = e.check(kind, text)
	}
	if f != nil {
		refuseGoogle(w, f)
		return
	}
	u := counted{Prompt: textTokens(text), Read: []modalityCount{{"TEXT", textTokens(text)}}}
	charge := Charge{ID: s.name(s.number(), 22), Client: r.Header.Get("X-Client-Request-Id"), Model: base, End: "complete"}
	part, finish, made := map[string]any{}, "STOP", "TEXT"
	switch kind {
	case "IMAGE":
		made, u.Candidates, charge.Images = kind, googlePicture, 1
		u.Read = append(u.Read, modalityCount{"IMAGE", int64(len(given)) * imageTokens})
		part["inlineData"] = map[string]string{"mimeType": "image/png", "data": s.picture(text, len(given))}
		if strings.Contains(text, "forbidden") {
			part, finish, made, u.Candidates, charge.Images = map[string]any{"text": "I cannot draw that."}, "IMAGE_SAFETY", "TEXT", 6, 0
		}
	case "AUDIO":
		seconds := (int64(len([]rune(text))) + charsPerSecond - 1) / charsPerSecond
		made, u.Candidates = kind, seconds*googleSpoken
		part["inlineData"] = map[string]string{"mimeType": "audio/L16;codec=pcm;rate=24000", "data": base64.StdEncoding.EncodeToString(s.noise(text, int(seconds)*480))}
	case "HEAR":
		sound, _ := base64.StdEncoding.DecodeString(given[0])
		n := tenths(sound)
		charge.Heard = n * googleHeard / 10
		u.Read = append(u.Read, modalityCount{"AUDIO", charge.Heard})
		part["text"] = fmt.Sprintf("The sandbox heard a sound of %d.%d seconds.\n", n/10, n%10)
		if u.Candidates = textTokens(part["text"].(string)); sc.Tokens > 0 {
			u.Candidates = int64(sc.Tokens)
		}
		if e.Config.MaxOutput > 0 && u.Candidates > e.Config.MaxOutput {
			u.Candidates, finish = e.Config.MaxOutput, "MAX_TOKENS"
		}
	}
	u.Prompt = 0
	for _, c := range u.Read {
		u.Prompt += c.Tokens
	}
	u.Made = []modalityCount{{made, u.Candidates}}
	u.Total = u.Prompt + u.Candidates
	charge.Input, charge.Output = u.Prompt, u.Candidates
	s.books.charge(charge)
	if sc.CutNow {
		panic(http.ErrAbortHandler)
	}
	out := map[string]any{"modelVersion": base, "responseId": charge.ID, "candidates": []any{map[string]any{"content": map[string]any{"role": "model", "parts": []any{part}}, "finishReason": finish, "index": 0}}}
	if sc.Usage != "none" {
		out["usageMetadata"] = u
	}
	_, _ = w.Write(lines(out))
}

func (e *elsewise) check(kind, text string) *failure {
	ratios := []string{"", "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"}
	switch {
	case text == "":
		return badArgument("* GenerateContentRequest.contents: contents is not specified\n")
	case !slices.Contains(ratios, e.Config.Picture.Ratio):
		return badArgument("* GenerateContentRequest.generation_config.image_config.aspect_ratio: is not supported\n")
	case kind == "AUDIO" && !slices.Contains([]string{"Kore", "Puck", "Charon", "Zephyr"}, e.Config.Speech.Voice.Prebuilt.Name):
		return badArgument("Voice name " + e.Config.Speech.Voice.Prebuilt.Name + " is not supported.")
	}
	return nil
}

// noise is a sound that the text decides.
func (s *Sandbox) noise(text string, n int) []byte {
	d := s.dice("voice", text)
	sound := make([]byte, n)
	for i := range sound {
		sound[i] = byte(d.roll())
	}
	return sound
}

// drawn is the face of :predict for pictures.
func (s *Sandbox) drawn(w http.ResponseWriter, r *http.Request, model string) {
	var q struct {
		Instances []struct {
			Prompt string `json:"prompt"`
		} `json:"instances"`
		Parameters struct {
			Count  int64  `json:"sampleCount"`
			Ratio  string `json:"aspectRatio"`
			Output struct {
				Type string `json:"mimeType"`
			} `json:"outputOptions"`
		} `json:"parameters"`
	}
	f := decode(r, &q)
	base, sc := "", Script{}
	if f == nil {
		base, sc, f = s.enter(r, model, imagen)
	}
	switch {
	case f != nil:
	case len(q.Instances) != 1 || q.Instances[0].Prompt == "":
		f = badArgument("Prompt is required.")
	case q.Parameters.Count < 1 || q.Parameters.Count > 4:
		f = badArgument("Number of images must be between 1 and 4.")
	case !slices.Contains([]string{"", "1:1", "3:4", "4:3", "9:16", "16:9"}, q.Parameters.Ratio):
		f = badArgument("Aspect ratio is not supported.")
	}
	if f != nil {
		refuseGoogle(w, f)
		return
	}
	if strings.Contains(q.Instances[0].Prompt, "forbidden") {
		_, _ = w.Write(lines(map[string]any{"predictions": []any{map[string]string{"raiFilteredReason": "Unable to show generated images. All images were filtered out."}}}))
		return
	}
	list := make([]map[string]string, q.Parameters.Count)
	for i := range list {
		list[i] = map[string]string{"bytesBase64Encoded": s.picture(q.Instances[0].Prompt, i), "mimeType": or(q.Parameters.Output.Type, "image/png")}
	}
	s.books.charge(Charge{ID: s.name(s.number(), 22), Client: r.Header.Get("X-Client-Request-Id"), Model: base, Images: q.Parameters.Count, End: "complete"})
	if sc.CutNow {
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(lines(map[string]any{"predictions": list}))
}
