package batchweb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/batch"
)

// mostWords bounds all that is typed in a form.
const mostWords = 4 * batch.MaxTyped

// inForm is how large a file may be that stands in the form as if it were pasted, where larger ones are uploaded; as much as is pleasant to
// look at, and all of it is in memory.
const inForm = 256 << 10

// keeper keeps a file that is too large to be part of a form, and says what the form calls it.
type keeper func(c *web.Context, name string, body io.Reader) (string, error)

func (h *Handlers) upload(c *web.Context, name string, body io.Reader) (string, error) {
	f, err := h.Batches.Upload(c.Ctx(), c.Actor(), name, body)
	return f.ID.String(), err
}

// only is the keeper of forms whose files are small.
func only(*web.Context, string, io.Reader) (string, error) {
	return "", fault.Field("text", fmt.Sprintf("The file is larger than %d MiB, the most that a schedule keeps. Leave some of it out, set up several schedules, or create a batch of it: that takes %d MiB.", batch.MaxTyped>>20, batch.MaxFile>>20))
}

func tooLarge() *fault.Error {
	return fault.Field("text", fmt.Sprintf("What is typed and pasted is larger than %d MiB, the most that a form takes. Save it as a file, and choose that.", mostWords>>20))
}

// typed reads a form. A file that was chosen takes the place of what was pasted, so that it is there again when something is wrong; one
// of more than most bytes is kept as it comes, and the form remembers which.
func (h *Handlers) typed(c *web.Context, keep keeper, most int) (f views.Fields, err error) {
	r := &received{Values: url.Values{}}
	if parts, partsErr := c.Request().MultipartReader(); partsErr == nil {
		err = r.read(c, parts, keep, most)
	} else if r.Values, err = c.FormParams(); err != nil {
		err = unread(err)
	}
	f = r.fields()
	for _, t := range []string{f.Name, f.Text, f.Model, f.System, f.Prompt, f.IDColumn} {
		if !plain(t) {
			return views.Fields{Format: f.Format, Key: f.Key}, fault.Field("text", "The form or the file holds characters that are not text. Save the file as UTF-8 and send it again.")
		}
	}
	return f, err
}

// received is a form as it was sent.
type received struct {
	url.Values
	text   string // of a file
	upload string // a large one, as it is kept
}

// read reads all parts, also behind one that is refused: the form is shown again as it was typed.
func (r *received) read(c *web.Context, parts *multipart.Reader, keep keeper, most int) (refused error) {
	for left := mostWords; ; {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return refused
		}
		if err != nil {
			return errors.Join(refused, unread(err))
		}
		if p.FormName() == "file" {
			refused = errors.Join(refused, r.file(c, p, keep, most))
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p, int64(left)+1))
		if err != nil {
			return errors.Join(refused, unread(err))
		}
		if left -= len(b); left < 0 {
			return tooLarge()
		}
		r.Add(p.FormName(), string(b))
	}
}

// file takes the file that was chosen; browsers send an empty one where none was.
func (r *received) file(c *web.Context, p *multipart.Part, keep keeper, most int) error {
	head, err := io.ReadAll(io.LimitReader(p, int64(most)+1))
	switch {
	case err != nil:
		return unread(err)
	case len(head) > most:
		r.text = ""
		if r.upload, err = keep(c, p.FileName(), io.MultiReader(bytes.NewReader(head), p)); err != nil {
			r.upload = ""
			return unread(err)
		}
	case len(head) > 0:
		r.text, r.upload = string(head), ""
	}
	return nil
}

// unread says in words why a form could not be read; what is said in words already, or is not the form's fault, stays.
func unread(err error) error {
	var large *http.MaxBytesError
	var known *fault.Error
	switch {
	case errors.As(err, &large):
		return fault.Field("text", fmt.Sprintf("The form with its file is larger than %d MiB, the most this page takes. Split the file.", large.Limit>>20)).Because(err)
	case errors.As(err, &known):
		return err
	}
	return fault.Field("", "The form could not be read. Send it again.").Because(err)
}

func (r *received) fields() views.Fields {
	v := func(name string) string { return strings.ReplaceAll(r.Get(name), "\r\n", "\n") }
	f := views.Fields{Name: v("name"), Key: v("key"), Format: v("format"), Text: v("text"), Upload: v("upload"), Model: strings.TrimSpace(v("model")), System: v("system"), Prompt: v("prompt"), IDColumn: strings.TrimSpace(v("id_column")),
		MaxOutput: strings.TrimSpace(v("max_output")), Cap: strings.TrimSpace(v("max_cost_usd")), Priority: v("priority"), StartAt: v("start_at"), Cron: strings.TrimSpace(v("cron")), Zone: strings.TrimSpace(v("zone")),
		Native: v("provider_batch") != "", OffPeak: v("off_peak") != ""}
	if v("drop_upload") != "" {
		f.Upload = ""
	}
	if r.text != "" {
		f.Text, f.Upload = r.text, ""
	}
	if r.upload != "" {
		f.Text, f.Upload = "", r.upload
	}
	return f
}

// plain reports whether the database takes it: PostgreSQL refuses both.
func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// uploaded shows the file that a form has, if it is still kept.
func (h *Handlers) uploaded(c *web.Context, p *views.NewPage) error {
	which, err := id.ParseFile(p.Fields.Upload)
	if p.Fields.Upload = ""; err != nil {
		return nil
	}
	f, err := h.Batches.Uploaded(c.Ctx(), c.Actor(), which)
	if err != nil {
		_, gone := web.Refused(err)
		if gone {
			return nil
		}
		return err
	}
	p.Fields.Upload, p.UploadName, p.UploadSize = f.ID.String(), f.Name, web.Plural(max(f.Size>>20, 1), "MiB")
	return nil
}
