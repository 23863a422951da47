package tool

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm/sound"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// transcribe is the path's last word for sounds.
const transcribe = "transcribe"

// MostSound is how large a sound may be on a page. Through the API it has to fit the gateway's 32 MiB.
const MostSound = 64 << 20

// Sound is a sound, and how to write it down.
type Sound struct {
	Model    string
	Name     string
	Data     []byte
	Language string    // ISO 639-1, such as "de"; "" leaves it to the model
	Most     money.USD // that all of it may cost; 0 = whatever the budgets allow
}

// Segment is what is said from one moment to another.
type Segment struct {
	From    time.Duration `json:"-"`
	To      time.Duration `json:"-"`
	Start   float64       `json:"start"` // seconds
	End     float64       `json:"end"`
	Speaker string        `json:"speaker,omitempty"`
	Text    string        `json:"text"`
}

// Transcript is a sound in words.
type Transcript struct {
	Object   string    `json:"object"` // "document.transcript"
	Text     string    `json:"text"`
	Language string    `json:"language,omitempty"`
	Seconds  float64   `json:"duration"` // 0 if it cannot be told
	Partial  bool      `json:"partial"`
	Timed    bool      `json:"timed"` // the model told the times; else they are shared out by the texts' lengths
	Segments []Segment `json:"segments"`
	Warnings []string  `json:"warnings"`
	Clips    []Part    `json:"clips"` // what was asked, one question each; their pages are seconds
	CostUSD  money.USD `json:"cost_usd"`
}

// Transcribe writes a sound down. A long one of plain samples is cut where it is quiet, and its clips are asked about several at a time; any
// other goes whole, within what the provider takes.
func (s *Service) Transcribe(ctx context.Context, c Caller, in Sound, tell func(Progress)) (*Transcript, error) {
	if in.Model = strings.TrimSpace(in.Model); in.Model == "" {
		return nil, fault.Field("model", "Name a model that writes sounds down, such as gpt-4o-transcribe or whisper-1.")
	}
	if len(in.Data) > MostSound {
		return nil, fault.Newf(fault.TooLarge, "body_too_large", "The sound is larger than %d MiB, the most that is read. Divide it, or save it compressed.", MostSound>>20)
	}
	length, known := sound.Length(in.Data)
	if !known && sound.Type(in.Data) == "" {
		return nil, fault.Field("file", "This is no sound that is known here: WAV, MP3, M4A, FLAC and Ogg are.")
	}
	all := []clip{{0, length, in.Data}}
	w, ok := readWave(in.Data)
	if ok && (length > longest || len(in.Data) > heaviest) {
		all = w.clips()
	}
	if !ok && len(in.Data) > passes {
		return nil, fault.Newf(fault.TooLarge, "body_too_large", "%s At most %d MiB of it pass. %s", whole(in.Data, length), passes>>20, divide)
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	t := &Transcript{Object: "document.transcript", Seconds: length.Seconds(), Timed: true, Segments: []Segment{}, Warnings: []string{}}
	heard := make([]*written, len(all))
	var form atomic.Int32 // of forms, that the model takes
	if strings.Contains(in.Model, "diarize") {
		form.Store(1)
	}
	about := make([]Part, len(all))
	for i, c := range all {
		about[i].From, about[i].To = int(c.from/time.Second), int(c.to/time.Second)
	}
	t.Clips = each(ctx, about, in.Most, tell, func(i int, share money.USD, p *Part) error {
		var err error
		heard[i], err = s.clip(ctx, &c, &in, all[i].data, share, &form, p)
		return err
	})
	return t.gather(all, heard)
}

// written is what a provider says of a clip.
type written struct {
	Text     string `json:"text"`
	Language string `json:"language"`
	Segments []struct {
		Start   float64 `json:"start"`
		End     float64 `json:"end"`
		Text    string  `json:"text"`
		Speaker string  `json:"speaker"`
	} `json:"segments"`
}

// forms are how a transcript may be asked for: with times, with times and speakers, as a text. A model takes some of them; what an alias
// leads to is known when the first one is refused.
var forms = [...]string{"verbose_json", "diarized_json", "json"}

// clip asks about one: with times and speakers if the model tells them, else without.
func (s *Service) clip(ctx context.Context, c *Caller, in *Sound, data []byte, share money.USD, form *atomic.Int32, p *Part) (*written, error) {
	for {
		n := form.Load()
		kind, content, err := soundForm(in, data, forms[n])
		if err != nil {
			return nil, err
		}
		h, err := s.send(ctx, c, "/v1/audio/transcriptions", kind, content, share)
		if err != nil {
			return nil, err
		}
		h.told(p)
		err = h.refusal()
		if said := h.body.String(); err != nil && h.status == 400 && forms[n] != "json" && strings.Contains(said, "response_format") {
			next := int32(len(forms) - 1)
			if n == 0 && strings.Contains(said, "diarized_json") {
				next = 1
			}
			form.CompareAndSwap(n, next) // unless another clip has found out
			continue
		}
		if err != nil {
			if length, _ := sound.Length(data); (h.status == 400 || h.status == 413) && (length > longest || len(data) > heaviest) {
				err = sentence(err.Error() + " " + whole(data, length) + " " + divide)
			}
			return nil, err
		}
		var w written
		if err := json.Unmarshal(h.body.Bytes(), &w); err != nil {
			return nil, sentence("The provider's answer could not be read.")
		}
		return &w, nil
	}
}

func soundForm(in *Sound, data []byte, form string) (kind string, content []byte, err error) {
	var b bytes.Buffer
	b.Grow(len(data) + 2048)
	w := multipart.NewWriter(&b)
	fields := [][2]string{{"model", in.Model}, {"response_format", form}}
	if in.Language != "" {
		fields = append(fields, [2]string{"language", in.Language})
	}
	if form == "diarized_json" {
		fields = append(fields, [2]string{"chunking_strategy", "auto"})
	}
	for _, f := range fields {
		if err := w.WriteField(f[0], f[1]); err != nil {
			return "", nil, err
		}
	}
	part, err := w.CreateFormFile("file", cmp.Or(fileName(in.Name, data), "sound.wav"))
	if err != nil {
		return "", nil, err
	}
	if _, err := part.Write(data); err != nil {
		return "", nil, err
	}
	err = w.Close() // writes the end, so before the bytes are taken
	return w.FormDataContentType(), b.Bytes(), err
}

// fileName is a plain name with the ending that providers tell the format by.
func fileName(name string, data []byte) string {
	ending := map[string]string{"audio/wav": ".wav", "audio/mpeg": ".mp3", "audio/flac": ".flac", "audio/ogg": ".ogg", "audio/mp4": ".m4a", "audio/aac": ".aac"}[sound.Type(data)]
	if ending != "" {
		return "sound" + ending
	}
	if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= 5 {
		return "sound" + strings.ToLower(name[i:])
	}
	return ""
}

// gather puts clips together, in the sound's own time.
func (t *Transcript) gather(all []clip, heard []*written) (*Transcript, error) {
	var texts []string
	for i, w := range heard {
		t.CostUSD += t.Clips[i].CostUSD
		if w == nil {
			t.Partial = true
			t.Warnings = append(t.Warnings, fmt.Sprintf("From %s to %s nothing was written down: %s", clock(all[i].from, "."), clock(all[i].to, "."), t.Clips[i].Error))
			continue
		}
		texts = append(texts, strings.TrimSpace(w.Text))
		t.Language = cmp.Or(t.Language, w.Language)
		for _, g := range w.Segments {
			t.add(all[i].from+seconds(g.Start), all[i].from+seconds(g.End), g.Speaker, g.Text)
		}
		if len(w.Segments) == 0 && strings.TrimSpace(w.Text) != "" {
			t.Timed = false
			for _, g := range shared(w.Text, all[i].from, all[i].to) {
				t.add(g.From, g.To, "", g.Text)
			}
		}
	}
	if len(texts) == 0 {
		return nil, fault.Newf(fault.Invalid, "document_unread", "The sound could not be written down: %s", t.Clips[0].Error).With("cost_usd", t.CostUSD.String()).With("request", t.Clips[0].Request)
	}
	t.Text = strings.Join(texts, "\n")
	if !t.Timed {
		t.Warnings = append(t.Warnings, "The model tells no times: those of the subtitles are shared out by the lengths of the sentences.")
	}
	return t, nil
}

func (t *Transcript) add(from, to time.Duration, speaker, text string) {
	if text = strings.TrimSpace(text); text != "" {
		t.Segments = append(t.Segments, Segment{from, to, from.Seconds(), to.Seconds(), speaker, text})
	}
}

func seconds(f float64) time.Duration { return time.Duration(f * float64(time.Second)) }
