package playgroundweb

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/playground"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// sheet is the form as it was sent.
type sheet struct {
	url.Values
	files []playground.File
	// large is why files were not taken.
	large error
}

// mostWords bounds all that is typed: more than the room takes, so that it says so.
const mostWords = 4 << 20

// read reads a form, with files or without. It reads to the end, whatever is wrong: only then a browser hears the answer, and only
// then it is noticed when its person goes away.
func read(c *web.Context) (*sheet, error) {
	r := c.Request()
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		values, err := c.FormParams()
		return &sheet{Values: values}, unread(err)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, unread(err)
	}
	s := &sheet{Values: url.Values{}}
	for words, bytes := 0, 0; ; {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, r.Body)
			return s, unread(err)
		}
		if err != nil {
			return nil, unread(err)
		}
		if p.FormName() == "files" {
			err = s.file(p, &bytes)
		} else {
			err = s.word(p, &words)
		}
		if err != nil {
			return nil, unread(err)
		}
	}
}

func (s *sheet) word(p *multipart.Part, words *int) error {
	b, err := io.ReadAll(io.LimitReader(p, int64(mostWords-*words)+1))
	if err != nil {
		return err
	}
	if *words += len(b); *words > mostWords {
		return fault.New(fault.TooLarge, "body_too_large", "The form has more text than the playground takes. Shorten it.")
	}
	if !utf8.Valid(b) || strings.ContainsRune(string(b), 0) {
		return fault.New(fault.Invalid, "invalid_request", "The form holds characters that are not text. Type them again.")
	}
	s.Add(p.FormName(), string(b))
	return nil
}

// file takes a file. What is beyond the bound is read and forgotten.
func (s *sheet) file(p *multipart.Part, bytes *int) error {
	b, err := io.ReadAll(io.LimitReader(p, int64(playground.MostBytes-*bytes)+1))
	if err != nil {
		return err
	}
	if *bytes += len(b); *bytes > playground.MostBytes {
		*bytes, s.large = playground.MostBytes, playground.TooLarge()
		_, err = io.Copy(io.Discard, p)
		return err
	}
	if p.FileName() != "" && len(s.files) <= playground.MostFiles {
		s.files = append(s.files, playground.File{Name: p.FileName(), Data: b})
	}
	return nil
}

// unread says in words why a form could not be read.
func unread(err error) error {
	var large *http.MaxBytesError
	var refusal *fault.Error
	switch {
	case err == nil, errors.As(err, &refusal):
		return err
	case errors.As(err, &large):
		return fault.Newf(fault.TooLarge, "body_too_large", "The form with its files is larger than %d MiB, the most this page takes. Go back and choose smaller files.", large.Limit>>20).Because(err)
	}
	return fault.New(fault.Invalid, "invalid_request", "The form could not be read. Send it again.").Because(err)
}

func (s *sheet) text(name string) string { return strings.ReplaceAll(s.Get(name), "\r\n", "\n") }

// at is the nth value of a name that comes several times. n may be what a browser sent.
func (s *sheet) at(name string, n int) string {
	if all := s.Values[name]; n >= 0 && n < len(all) {
		return strings.ReplaceAll(all[n], "\r\n", "\n")
	}
	return ""
}

// talk is what was typed, as the room takes it. A malformed id is no prompt.
func (s *sheet) talk() playground.Talk {
	t := playground.Talk{Tools: s.text("tools"), Schema: s.text("schema"), Files: s.files, Template: s.Get("template") != "", Values: map[string]string{}}
	t.Messages = append(t.Messages, prompt.Message{Role: "system", Text: s.text("system")})
	for i := range s.Values["text"] {
		t.Messages = append(t.Messages, prompt.Message{Role: s.at("role", i), Text: s.at("text", i)})
	}
	for name := range s.Values {
		if v, ok := strings.CutPrefix(name, "var_"); ok {
			t.Values[v] = s.text(name)
		}
	}
	t.Prompt, _ = id.ParsePrompt(s.Get("prompt"))
	t.Version, _ = strconv.Atoi(s.Get("version"))
	return t
}

// columns are the rows of models, as typed; those without a model are not asked. rows says which row each is.
func (s *sheet) columns() (all []playground.Column, rows []int) {
	for i := range s.Values["model"] {
		if c := s.column(i); strings.TrimSpace(c.Model) != "" {
			all, rows = append(all, c), append(rows, i)
		}
	}
	return all, rows
}

func (s *sheet) column(i int) playground.Column {
	return playground.Column{Model: s.at("model", i), Temperature: s.at("temperature", i), MaxTokens: s.at("max_tokens", i)}
}

func (s *sheet) team() id.Team {
	t, _ := id.ParseTeam(s.Get("team")) // a malformed id is no team of theirs
	return t
}
