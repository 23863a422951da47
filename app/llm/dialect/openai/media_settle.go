package openai

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	audible "github.com/bodhi-gateway/bodhi/app/llm/sound"
)

// What media requests can put out at most, where the request says so. Sources: OpenAI's model pages and guides.
const (
	// transcriptTokens is what a transcription model writes at most of sound that it reads as one block.
	transcriptTokens = 2_048
	// tokensPerSecond is what it can write beyond that of sound that is cut into chunks: five times fast speech.
	tokensPerSecond = 32
	// spokenPerByte is the most tokens of speech for a byte of text. A minute of speech is about 1,250 tokens and 900
	// bytes of English; Chinese takes more for a byte, pauses take more everywhere. This is five times English.
	spokenPerByte = 8
	spokenBase    = 1_024
	// defaultFrames is a moving picture's when the request names none.
	defaultFrames = 9
	// moderation is the model that OpenAI takes when a request names none.
	moderation = "omni-moderation-latest"
)

// needed are the fields without which an operation makes no sense; of alternatives one is enough.
var needed = map[llm.Operation][][]string{
	llm.MakeImages: {{"prompt"}},
	llm.EditImages: {{"image", "image[]", "images"}, {"prompt"}},
	llm.Transcribe: {{"file"}},
	llm.Interpret:  {{"file"}},
	llm.Speak:      {{"input"}},
	llm.Moderate:   {{"input"}},
	llm.UploadFile: {{"file"}, {"purpose"}},
}

// settle checks what must be there and works out what the call can cost and in what form it is answered.
func (m *medium) settle() error {
	c := m.call
	for _, names := range needed[c.Operation] {
		if !slices.ContainsFunc(names, func(n string) bool { return m.given[n] > 0 }) {
			return fault.Field(names[0], fmt.Sprintf("The request has no %q. Send it%s.", names[0], map[bool]string{true: " as a file", false: ""}[names[0] == "file" || names[0] == "image"]))
		}
	}
	if c.Model == "" && c.Operation == llm.Moderate {
		c.Model = moderation
	}
	if c.Model == "" && !c.Operation.Filed() {
		return fault.Field("model", "The request names no model. Send \"model\" as a string: an alias of yours or a model's name; GET /v1/models lists them.")
	}
	b := &c.Bound
	b.Messages, b.TextBytes = 1, int64(m.prompt)
	switch c.Operation {
	case llm.MakeImages, llm.EditImages:
		m.picture(b)
	case llm.Speak:
		return m.speech(b)
	case llm.Transcribe, llm.Interpret:
		return m.transcript(b)
	case llm.UploadFile:
		b.TextBytes = 0
	}
	return m.fail
}

func (m *medium) picture(b *llm.Bound) {
	p := &b.Picture
	p.Count = m.call.Choices
	b.Images = int64(m.given["image"] + m.given["image[]"] + m.given["images"] + m.given["mask"] + m.given["markup"])
	if p.Frames == 0 && m.output == "gif" {
		p.Frames = defaultFrames
	}
	switch p.Quality {
	case "", "auto", "low", "medium", "high", "standard", "hd":
	default: // a grade whose cost nobody states beforehand
		b.Unpriced = true
	}
	// The model that writes an SVG is billed apart, at a price of its own.
	b.Unpriced = b.Unpriced || m.given["svg"] > 0 || m.output == "svg"
}

// soundTypes are the media types of speech by response_format.
var soundTypes = map[string]string{"": "audio/mpeg", "mp3": "audio/mpeg", "opus": "audio/ogg", "aac": "audio/aac", "flac": "audio/flac", "wav": "audio/wav", "pcm": "audio/pcm"}

func (m *medium) speech(b *llm.Bound) error {
	c := m.call
	b.Characters = int64(m.words)
	slow := math.Ceil(1 / min(m.speed, 1))
	b.Output = spokenBase + spokenPerByte*b.TextBytes*int64(slow)
	c.Stream = true
	switch m.streamFormat {
	case "sse":
		return m.fail
	case "", "audio":
	default:
		m.refuse("stream_format", "\"stream_format\" must be \"audio\" or \"sse\".")
	}
	kind, ok := soundTypes[m.format]
	if !ok {
		m.refuse("response_format", "\"response_format\" must be one of mp3, opus, aac, flac, wav and pcm.")
	}
	c.Plain = kind
	return m.fail
}

func (m *medium) transcript(b *llm.Bound) error {
	switch m.format {
	case "", "json", "verbose_json", "diarized_json":
	case "text", "srt", "vtt":
		if !m.call.Stream {
			m.call.Plain = "text/plain; charset=utf-8"
		}
	default:
		m.refuse("response_format", "\"response_format\" must be one of json, verbose_json, diarized_json, text, srt and vtt.")
	}
	// Speakers' samples are read as well; each is at most ten seconds.
	b.AudioSecs += 10 * int64(m.given["known_speaker_references"]+m.given["known_speaker_references[]"])
	b.Output = transcriptTokens
	if m.chunked {
		b.Output += tokensPerSecond * b.AudioSecs
	}
	return m.fail
}

// measure notes how long an upload is that is to be heard. Where the length cannot be told from its frames, the price is unknown.
func (m *medium) measure(name string, value []byte) {
	c := m.call
	if name != "file" || c.Operation != llm.Transcribe && c.Operation != llm.Interpret {
		return
	}
	if len(value) == 0 {
		m.refuse(name, "\"file\" is empty.")
		return
	}
	length, ok := audible.Length(value)
	if !ok {
		c.Bound.Unpriced, c.Bound.Unmeasured = true, true
		return
	}
	c.Bound.AudioSecs += int64(math.Ceil(length.Seconds()))
}

// characters are what speech is billed by: code points, as OpenAI counts them.
func characters(text []byte) int { return utf8.RuneCount(text) }

// VersionOf is the version of Azure's API that a call was written for, "" if it names none.
func VersionOf(call *llm.Call) string {
	switch n := call.Native.(type) {
	case APIVersion:
		return string(n)
	case *Form:
		return string(n.version)
	}
	return ""
}
