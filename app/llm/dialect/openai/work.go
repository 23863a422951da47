package openai

import (
	"encoding/base64"
	"encoding/binary"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// WriteWork implements llm.MediaDialect.
func (Dialect) WriteWork(call *llm.Call, w *llm.Work) (first, last []byte, err error) {
	switch call.Operation {
	case llm.MakeImages, llm.EditImages:
		first, last = writePictures(call, w)
		return first, last, nil
	case llm.Transcribe, llm.Interpret:
		first, last = writeTranscript(call, w)
		return first, last, nil
	}
	return writeSpeech(call, w)
}

// tokenCounts is usage of media in OpenAI's form; null where the provider reports none.
type tokenCounts struct {
	Type   string     `json:"type,omitempty"`
	Total  int64      `json:"total_tokens"`
	Input  int64      `json:"input_tokens"`
	Output int64      `json:"output_tokens"`
	Read   *readParts `json:"input_tokens_details,omitempty"`
	Heard  *readParts `json:"input_token_details,omitempty"`
}

type readParts struct {
	Text  int64  `json:"text_tokens"`
	Image *int64 `json:"image_tokens,omitempty"`
	Audio *int64 `json:"audio_tokens,omitempty"`
}

func tokensOf(u *llm.Usage) *tokenCounts {
	if u == nil || u.Input == 0 && u.Output == 0 { // billed by the piece
		return nil
	}
	return &tokenCounts{Total: u.Input + u.Output, Input: u.Input, Output: u.Output}
}

// drawn is a finished picture, as an event.
type drawn struct {
	Type    string       `json:"type"`
	Data    string       `json:"b64_json"`
	At      int64        `json:"created_at"`
	Format  string       `json:"output_format"`
	Size    string       `json:"size"`
	Quality string       `json:"quality"`
	Ground  string       `json:"background"`
	Usage   *tokenCounts `json:"usage,omitempty"`
}

func writePictures(call *llm.Call, w *llm.Work) (first, last []byte) {
	used := tokensOf(w.Usage)
	if used != nil {
		used.Read = &readParts{Text: w.Usage.Input - w.Usage.InputImage, Image: &w.Usage.InputImage}
	}
	if call.Stream {
		kind := map[llm.Operation]string{llm.MakeImages: "image_generation.completed", llm.EditImages: "image_edit.completed"}[call.Operation]
		for i, m := range w.List {
			first = append(first, last...)
			d := drawn{kind, m.Base64, call.At, endingOf(m.Type), "auto", "auto", "auto", nil}
			if i == len(w.List)-1 {
				d.Usage = used
			}
			last = eventOf(kind, d)
		}
		return first, last
	}
	type item struct {
		Data string `json:"b64_json"`
	}
	out := struct {
		At     int64        `json:"created"`
		Data   []item       `json:"data"`
		Format string       `json:"output_format,omitempty"`
		Usage  *tokenCounts `json:"usage,omitempty"`
	}{At: call.At, Usage: used}
	for _, m := range w.List {
		out.Data, out.Format = append(out.Data, item{m.Base64}), endingOf(m.Type)
	}
	return nil, dialect.Encode(out)
}

// endingOf is a picture's media type in OpenAI's words.
func endingOf(kind string) string {
	if len(kind) > 6 && kind[:6] == "image/" {
		return kind[6:]
	}
	return "png"
}

func eventOf(kind string, v any) []byte {
	return append(append([]byte("event: "+kind+"\ndata: "), dialect.Encode(v)...), "\n\n"...)
}

func writeTranscript(call *llm.Call, w *llm.Work) (first, last []byte) {
	used := tokensOf(w.Usage)
	if used != nil {
		used.Type, used.Heard = "tokens", &readParts{Text: w.Usage.Input - w.Usage.InputAudio, Audio: &w.Usage.InputAudio}
	}
	type transcript struct {
		Type  string       `json:"type,omitempty"`
		Text  string       `json:"text"`
		Usage *tokenCounts `json:"usage,omitempty"`
	}
	switch {
	case call.Stream:
		type piece struct {
			Type  string `json:"type"`
			Delta string `json:"delta"`
		}
		const delta, done = "transcript.text.delta", "transcript.text.done"
		return eventOf(delta, piece{delta, w.Text}), eventOf(done, transcript{done, w.Text, used})
	case call.Plain != "":
		return nil, []byte(w.Text + "\n")
	}
	return nil, dialect.Encode(transcript{"", w.Text, used})
}

// pcmRate is the rate of OpenAI's and Google's bare samples: 16 bits, one channel.
const pcmRate = 24_000

// writeSpeech gives samples as they are or in a WAV file. Other formats are refused before anything is sent.
func writeSpeech(call *llm.Call, w *llm.Work) (first, last []byte, err error) {
	var sound []byte
	for i := range w.List {
		if sound, err = base64.StdEncoding.AppendDecode(sound, []byte(w.List[i].Base64)); err != nil {
			return nil, nil, errors.Join(errSound, err)
		}
	}
	if len(sound) == 0 {
		return nil, nil, errSound
	}
	wish, err := Dialect{}.ParseWish(call)
	if err != nil {
		return nil, nil, err
	}
	if wish.Format == "wav" {
		sound = append(waveHeader(len(sound)), sound...)
	}
	if call.Plain != "" {
		return sound, nil, nil
	}
	type piece struct {
		Type  string       `json:"type"`
		Audio []byte       `json:"audio,omitempty"`
		Usage *tokenCounts `json:"usage,omitempty"`
	}
	const delta, done = "speech.audio.delta", "speech.audio.done"
	return eventOf(delta, piece{Type: delta, Audio: sound}), eventOf(done, piece{Type: done, Usage: tokensOf(w.Usage)}), nil
}

var errSound = errors.New("openai: the answer holds no sound that can be read")

// waveHeader stands before n bytes of samples in a WAV file.
func waveHeader(n int) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32([]byte("RIFF"), uint32(36+n))
	b = le.AppendUint32(append(b, "WAVEfmt "...), 16)
	b = le.AppendUint16(le.AppendUint16(b, 1), 1) // PCM, one channel
	b = le.AppendUint32(le.AppendUint32(b, pcmRate), 2*pcmRate)
	b = le.AppendUint16(le.AppendUint16(b, 2), 16)
	return le.AppendUint32(append(b, "data"...), uint32(n))
}
