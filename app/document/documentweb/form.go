package documentweb

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// sheet is the form as it was sent. The file is in memory, and nowhere else.
type sheet struct {
	url.Values
	name string
	data []byte
}

// mostWords bounds all that is typed, and a result that is given back to be saved.
const mostWords = 12 << 20

// read reads a form, with a file or without.
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
	for left := mostWords; ; {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, r.Body) // only then it is noticed when its person goes away
			return s, unread(err)
		}
		if err != nil {
			return nil, unread(err)
		}
		if p.FormName() == "file" {
			if s.data, err = io.ReadAll(p); err != nil { // the route bounds it
				return nil, unread(err)
			}
			s.name = p.FileName()
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p, int64(left)+1))
		if err != nil {
			return nil, unread(err)
		}
		if left -= len(b); left < 0 {
			return nil, fault.New(fault.TooLarge, "body_too_large", "The form has more text than this page takes. Shorten it.")
		}
		if !utf8.Valid(b) || strings.ContainsRune(string(b), 0) {
			return nil, fault.New(fault.Invalid, "invalid_request", "The form holds characters that are not text. Type them again.")
		}
		s.Add(p.FormName(), string(b))
	}
}

// unread says in words why a form could not be read.
func unread(err error) error {
	var large *http.MaxBytesError
	var refusal *fault.Error
	switch {
	case err == nil, errors.As(err, &refusal):
		return err
	case errors.As(err, &large):
		return fault.Newf(fault.TooLarge, "body_too_large", "The form with its file is larger than %d MiB, the most this page takes. Go back and choose a smaller one.", large.Limit>>20).Because(err)
	}
	return fault.New(fault.Invalid, "invalid_request", "The form could not be read. Send it again.").Because(err)
}

func (s *sheet) team() id.Team {
	t, _ := id.ParseTeam(s.Get("team")) // a malformed id is no team of theirs
	return t
}

// caller is on whose account the form asks.
func (h *Handlers) caller(c *web.Context, s *sheet) (tool.Caller, error) {
	grant, err := h.purse.Grant(c.Ctx(), c.Actor(), s.team())
	if err != nil {
		return tool.Caller{}, err
	}
	return tool.Caller{Grant: grant, Address: address(c.Actor().IP), Client: "bodhi-documents"}, nil
}

// address is where the person sits, so that networks hold.
func address(ip string) string {
	if ip == "" {
		return "0.0.0.0:0"
	}
	if strings.Contains(ip, ":") {
		return "[" + ip + "]:0"
	}
	return ip + ":0"
}

// language checks a language's code.
func language(s *sheet) (string, error) {
	code := strings.ToLower(strings.TrimSpace(s.Get("language")))
	if code != "" && (len(code) != 2 || code[0] < 'a' || code[0] > 'z' || code[1] < 'a' || code[1] > 'z') {
		return "", fault.Field("language", "A language is a code of two letters, such as en, de or ja.")
	}
	return code, nil
}
