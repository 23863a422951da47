package tool

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// MostSpoken is how many characters are spoken: an hour and a half.
const MostSpoken = 80_000

// spoken is how many characters one call speaks: OpenAI takes 4,096.
const spoken = 4_000

// Voices are those that every voice of OpenAI's models knows.
var Voices = []string{"alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer"}

// Speech is a text to be spoken.
type Speech struct {
	Model, Voice, Text string
	Most               money.USD // that all of it may cost; 0 = whatever the budgets allow
}

// Spoken is a text in sound.
type Spoken struct {
	MP3     []byte
	Parts   []Part
	CostUSD money.USD
}

// Speak speaks a text, as MP3: the one format whose pieces are whole again when they are put one behind the other. All of it is spoken or
// nothing: a gap would be heard by nobody who does not read along.
func (s *Service) Speak(ctx context.Context, c Caller, in Speech, tell func(Progress)) (*Spoken, error) {
	in.Model, in.Voice, in.Text = strings.TrimSpace(in.Model), strings.TrimSpace(in.Voice), strings.TrimSpace(in.Text)
	switch n := utf8.RuneCountInString(in.Text); {
	case n == 0:
		return nil, fault.Field("text", "Type what is to be spoken.")
	case n > MostSpoken:
		return nil, fault.Field("text", fmt.Sprintf("The text has %d characters; at most %d are spoken at once. Divide it.", n, MostSpoken))
	case in.Model == "":
		return nil, fault.Field("model", "Name a model that speaks, such as gpt-4o-mini-tts or tts-1.")
	case in.Voice == "":
		return nil, fault.Field("voice", "Choose a voice.")
	}
	pieces := aloud(in.Text)
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	about := make([]Part, len(pieces))
	for i := range pieces {
		about[i].From, about[i].To = i+1, i+1
	}
	sounds := make([][]byte, len(pieces))
	out := &Spoken{}
	out.Parts = each(ctx, about, in.Most, tell, func(i int, share money.USD, p *Part) error {
		content, err := json.Marshal(map[string]string{"model": in.Model, "voice": in.Voice, "input": pieces[i], "response_format": "mp3"})
		if err != nil {
			return err
		}
		h, err := s.send(ctx, &c, "/v1/audio/speech", "application/json", content, share)
		if h != nil {
			h.told(p)
		}
		if err != nil {
			return err
		}
		sounds[i] = h.body.Bytes()
		return h.refusal()
	})
	for i, p := range out.Parts {
		if out.CostUSD += p.CostUSD; p.Error != "" {
			return nil, fault.Newf(fault.Invalid, "document_unread", "The text could not be spoken: %s", p.Error).With("cost_usd", out.CostUSD.String()).With("request", p.Request)
		}
		out.MP3 = append(out.MP3, sounds[i]...)
	}
	return out, nil
}

// aloud divides a text into calls, between sentences where there are any.
func aloud(text string) (out []string) {
	var now strings.Builder
	n := 0
	flush := func() {
		if now.Len() > 0 {
			out = append(out, now.String())
		}
		now.Reset()
		n = 0
	}
	for _, s := range sentences(text) {
		for runes := []rune(s); len(runes) > 0; {
			part := runes[:min(len(runes), spoken)]
			runes = runes[len(part):]
			if n+len(part)+1 > spoken {
				flush()
			}
			if n > 0 {
				now.WriteByte(' ')
				n++
			}
			now.WriteString(string(part))
			n += len(part)
		}
	}
	flush()
	return out
}
