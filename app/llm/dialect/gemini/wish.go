package gemini

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

var (
	_ llm.MediaWire = Wire{}
	_ llm.MediaWire = Predict{}
)

// wished is a request for something else than text.
type wished struct {
	Contents []shownContent `json:"contents"`
	Config   *wishedConfig  `json:"generationConfig,omitempty"`
}

type wishedConfig struct {
	Kinds     []string       `json:"responseModalities,omitempty"`
	Picture   *pictureConfig `json:"imageConfig,omitempty"`
	Speech    *speechConfig  `json:"speechConfig,omitempty"`
	MaxOutput int64          `json:"maxOutputTokens,omitempty"`
	Thinking  *thinkingAsked `json:"thinkingConfig,omitempty"`
}

type pictureConfig struct {
	Ratio  string         `json:"aspectRatio,omitempty"`
	Size   string         `json:"imageSize,omitempty"`
	Output *pictureOutput `json:"imageOutputOptions,omitempty"` // Vertex's
}

type pictureOutput struct {
	Type string `json:"mimeType"`
}

type speechConfig struct {
	Voice voiceConfig `json:"voiceConfig"`
}

type voiceConfig struct {
	Prebuilt prebuilt `json:"prebuiltVoiceConfig"`
}

type prebuilt struct {
	Name string `json:"voiceName"`
}

// Wish is how Google is asked for media: the wire and the method. Imagen is asked by :predict.
func (w Wire) Wish(call *llm.Call, model string) (llm.Wire, string) {
	if Draws(model) && call.Operation == llm.MakeImages {
		return Predict{w}, predict
	}
	return w, "generateContent"
}

// WishAnswer is the wire of an answer about media; path is where it was asked for.
func (w Wire) WishAnswer(path string) llm.Wire {
	if strings.HasSuffix(path, ":"+predict) {
		return Predict{w}
	}
	return w
}

// Draws reports whether a model is of the kind that makes pictures by :predict.
func Draws(model string) bool { return strings.HasPrefix(model, "imagen") }

// RenderWish implements llm.MediaWire.
func (w Wire) RenderWish(call *llm.Call, wish *llm.Wish, edit llm.Edit) []byte {
	switch call.Operation {
	case llm.Speak:
		return speak(wish, edit)
	case llm.Transcribe, llm.Interpret:
		return hear(call, wish, edit)
	}
	parts := []shownPart{textPart(wish.Text)}
	for i := range wish.Given {
		parts = append(parts, inlinePart(&wish.Given[i]))
	}
	n := edit.Notes
	if call.Choices > 1 {
		n.Refuse("n", "is more than 1, and Google's Gemini models make one picture in a call. Send several requests, or ask for a model that makes several")
	}
	c := &wishedConfig{Kinds: []string{"TEXT", "IMAGE"}}
	p := &pictureConfig{Ratio: ratio(call, n, geminiRatios)}
	if placed(named(call, edit)).generation >= 3 {
		p.Size = sized(call.Bound.Picture, true)
	}
	if q := call.Bound.Picture.Quality; q != "" && q != "auto" {
		n.Drop("quality")
	}
	if f := wish.Format; f != "" && f != "png" {
		if w.Vertex && (f == "jpeg" || f == "webp") {
			p.Output = &pictureOutput{"image/" + f}
		} else {
			n.Refuse("output_format", fmt.Sprintf("is %q, and this model makes png. Ask for that, or for a model whose provider speaks your client's dialect", f))
		}
	}
	if *p != (pictureConfig{}) {
		c.Picture = p
	}
	return dialect.Encode(&wished{[]shownContent{{parts, "user"}}, c})
}

func inlinePart(m *llm.Media) shownPart { return shownPart{Inline: &inline{m.Type, m.Base64}} }

// The shapes of pictures that Google makes: Gemini's models, and Imagen.
var (
	geminiRatios = []string{"1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"}
	imagenRatios = []string{"1:1", "3:4", "4:3", "9:16", "16:9"}
)

// ratio is the shape nearest to the size that was asked for: Google takes no pixels.
func ratio(call *llm.Call, n *llm.Notes, all []string) string {
	p := call.Bound.Picture
	if p.Width == 0 || p.Height == 0 {
		return ""
	}
	off := func(r string) float64 {
		var w, h float64
		_, _ = fmt.Sscanf(r, "%f:%f", &w, &h)
		return math.Abs(math.Log(w / h * float64(p.Height) / float64(p.Width)))
	}
	best := slices.MinFunc(all, func(a, b string) int { return int(math.Copysign(1, off(a)-off(b))) })
	n.Change("size", "became the aspect ratio "+best)
	return best
}

// sized is how large a picture is to be in Google's words; "" leaves it to the model.
func sized(p llm.Picture, huge bool) string {
	switch edge := max(p.Width, p.Height); {
	case edge == 0:
		return ""
	case edge > 2048 && huge:
		return "4K"
	case edge > 1536:
		return "2K"
	}
	return "1K"
}

// voices are Google's that stand in for OpenAI's; any other name is passed on as it is.
var voices = map[string]string{"alloy": "Kore", "ash": "Orus", "ballad": "Enceladus", "coral": "Aoede", "echo": "Charon", "fable": "Puck", "nova": "Leda",
	"onyx": "Algenib", "sage": "Sulafat", "shimmer": "Zephyr", "verse": "Fenrir", "marin": "Achernar", "cedar": "Iapetus"}

// speak asks for speech. Google gives bare samples, so nothing is to be had but those and WAV.
func speak(wish *llm.Wish, edit llm.Edit) []byte {
	n := edit.Notes
	if f := wish.Format; f != "pcm" && f != "wav" {
		was := fmt.Sprintf("is %q", f)
		if f == "" {
			was = `is absent, which means "mp3"`
		}
		n.Refuse("response_format", was+", and this model's provider gives bare samples, which pass as they are or in a WAV file. Ask for pcm or wav, or for a model whose provider speaks your client's dialect")
	}
	voice := wish.Voice
	if v, ok := voices[voice]; ok {
		n.Change("voice", "became "+v)
		voice = v
	}
	text := wish.Text
	if wish.Style != "" {
		text = wish.Style + "\n\n" + text
	}
	return dialect.Encode(&wished{[]shownContent{{[]shownPart{textPart(text)}, "user"}},
		&wishedConfig{Kinds: []string{"AUDIO"}, Speech: &speechConfig{voiceConfig{prebuilt{voice}}}, MaxOutput: edit.DefaultOutput}})
}

// What a model is told that is no transcription model.
const (
	writeDown = "Write down word for word what is said in this recording, in the language in which it is said. Answer with the transcript and nothing else; if nothing is said, answer with nothing."
	translate = "Write down in English what is said in this recording, whatever language it is in. Answer with the translation and nothing else; if nothing is said, answer with nothing."
)

// hear asks for a transcript.
func hear(call *llm.Call, wish *llm.Wish, edit llm.Edit) []byte {
	told := writeDown
	if call.Operation == llm.Interpret {
		told = translate
	}
	if wish.Language != "" {
		told += " The language is " + wish.Language + "."
	}
	if wish.Text != "" {
		told += "\n\nThis came before, or shows how names are spelt: " + wish.Text
	}
	parts := []shownPart{textPart(told)}
	for i := range wish.Given {
		m := &wish.Given[i]
		if m.Type == "" {
			edit.Notes.Refuse("file", "is none of WAV, MP3, AAC, FLAC, Ogg, MP4 and WebM. Send one of those")
		}
		parts = append(parts, inlinePart(m))
	}
	c := &wishedConfig{MaxOutput: edit.DefaultOutput, Thinking: think(llm.Reasoning{Effort: "none"}, placed(named(call, edit)))}
	return dialect.Encode(&wished{[]shownContent{{parts, "user"}}, c})
}

// RenderWish implements llm.MediaWire: Imagen, which makes up to four pictures in a call.
func (Predict) RenderWish(call *llm.Call, wish *llm.Wish, edit llm.Edit) []byte {
	type instance struct {
		Prompt string `json:"prompt"`
	}
	type parameters struct {
		Count  int64          `json:"sampleCount"`
		Ratio  string         `json:"aspectRatio,omitempty"`
		Size   string         `json:"sampleImageSize,omitempty"`
		Output *pictureOutput `json:"outputOptions,omitempty"`
	}
	n := edit.Notes
	if call.Choices > 4 {
		n.Refuse("n", "is more than 4, which is what Imagen makes in a call. Ask for fewer, or for a model that makes more")
	}
	p := parameters{Count: call.Choices, Ratio: ratio(call, n, imagenRatios)}
	if size := sized(call.Bound.Picture, false); size == "2K" { // 1K is what all of them make, and some take no size
		p.Size = size
	}
	switch f := wish.Format; f {
	case "":
	case "png", "jpeg":
		p.Output = &pictureOutput{"image/" + f}
	default:
		n.Refuse("output_format", fmt.Sprintf("is %q, and Imagen makes png and jpeg. Ask for one of those", f))
	}
	if q := call.Bound.Picture.Quality; q != "" && q != "auto" {
		n.Drop("quality")
	}
	return dialect.Encode(map[string]any{"instances": []instance{{wish.Text}}, "parameters": p})
}
