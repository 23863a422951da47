package batch

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

const maxFormField = 4 << 10

// Form is a form of POST /v1/files whose file lies in parts, for as long as nobody knows what becomes of it. Programs may send the file
// before they say what it is for.
type Form struct {
	Purpose Purpose
	File    File

	desk   *Desk
	fields [][2]string
	lasts  time.Duration
}

// Purposed reads the purpose of a form that is there as a whole; "" where it says none or cannot be read.
func Purposed(contentType string, form []byte) Purpose {
	parts, err := formParts(contentType, bytes.NewReader(form))
	for err == nil {
		var p *multipart.Part
		if p, err = parts.NextRawPart(); err == nil && p.FormName() == "purpose" {
			value, _ := io.ReadAll(io.LimitReader(p, maxFormField))
			return Purpose(value)
		}
	}
	return ""
}

func formParts(contentType string, body io.Reader) (*multipart.Reader, error) {
	kind, with, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" || with["boundary"] == "" {
		return nil, fault.New(fault.Invalid, "invalid_request", `A file is uploaded as multipart/form-data with the fields "file" and "purpose".`)
	}
	return multipart.NewReader(body, with["boundary"]), nil
}

// Receive reads a form and keeps its file. Whoever does not Settle the form must Drop it.
func (d *Desk) Receive(ctx context.Context, c Caller, contentType string, body io.Reader) (*Form, error) {
	f := &Form{desk: d, lasts: Keep}
	parts, err := formParts(contentType, body)
	for err == nil {
		var p *multipart.Part
		if p, err = parts.NextRawPart(); err != nil {
			break
		}
		switch name := p.FormName(); {
		case name == "file" && f.File.ID.IsZero():
			f.File, err = d.receive(ctx, c, p.FileName(), p)
		case name == "file":
			err = fault.Field("file", "One request uploads one file.")
		default:
			err = f.field(name, p)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err == nil && f.File.ID.IsZero() {
		err = fault.Field("file", `The form has no file. Send it in a field "file".`)
	}
	if err != nil {
		f.Drop(ctx)
		return nil, refusedForm(err)
	}
	return f, nil
}

func refusedForm(err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	return fault.New(fault.Invalid, "invalid_request", "The form broke off or is not multipart/form-data. Send it again.").Because(err)
}

func (f *Form) field(name string, p io.Reader) error {
	value, err := io.ReadAll(io.LimitReader(p, maxFormField+1))
	if err != nil {
		return err
	}
	if len(value) > maxFormField {
		return fault.Field(name, "This field of the form is too long.")
	}
	f.fields = append(f.fields, [2]string{name, string(value)})
	switch name {
	case "purpose":
		f.Purpose = Purpose(value)
	case "expires_after[seconds]":
		n, err := strconv.Atoi(string(value))
		if err != nil || n < 3600 || n > int(Keep/time.Second) {
			return fault.Field(name, "A file expires after 3600 to 2592000 seconds.")
		}
		f.lasts = time.Duration(n) * time.Second
	}
	return nil
}

// receive keeps a file in parts as it comes.
func (d *Desk) receive(ctx context.Context, c Caller, name string, body io.Reader) (File, error) {
	return d.compose(ctx, c, ForBatch, name, sent(body))
}

// sent writes a file that somebody sends: no more of it than a file may have.
func sent(body io.Reader) func(w io.Writer) error {
	return func(w io.Writer) error {
		n, err := io.CopyBuffer(onlyWriter{w}, onlyReader{io.LimitReader(body, MaxFile+1)}, make([]byte, 64<<10))
		if err == nil && n > MaxFile {
			err = fault.Newf(fault.TooLarge, "body_too_large", "The file is larger than %d MiB, the most one may have. Split it.", MaxFile>>20)
		}
		return err
	}
}

// compose makes a file of what is written. It is not ready, and gone where writing it fails.
func (d *Desk) compose(ctx context.Context, c Caller, purpose Purpose, name string, do func(w io.Writer) error) (File, error) {
	stored, err := d.Store.Stored(ctx, c.org())
	if err != nil {
		return File{}, away(err)
	}
	now := d.now()
	f := File{ID: id.NewFile(d.IDs), Org: c.org(), Key: c.Grant.Key, Member: c.Grant.Chain.Member, Purpose: purpose, Name: cmp.Or(clip(name, 200), "file.jsonl"), CreatedAt: now, ExpiresAt: now.Add(Keep)}
	if err := d.Store.InsertFile(ctx, f); err != nil {
		return File{}, away(err)
	}
	s := &scroll{ctx: ctx, store: d.Store, vault: d.vault, file: f, room: MaxStored - stored}
	if err = do(s); err == nil {
		err = s.flush()
	}
	if s.file.Size = s.size; err != nil {
		d.drop(ctx, f)
	}
	return s.file, err
}

// They hide what would make io.CopyBuffer leave its buffer alone.
type (
	onlyWriter struct{ io.Writer }
	onlyReader struct{ io.Reader }
)

// Settle makes the form's file one of the key's.
func (f *Form) Settle(ctx context.Context) (File, error) {
	if f.Purpose != ForBatch {
		return File{}, fault.Field("purpose", `Files of batches have the purpose "batch".`)
	}
	if f.File.Size == 0 {
		return File{}, fault.Field("file", "The file is empty. Each of its lines is one request as JSON.")
	}
	f.File.ExpiresAt, f.File.Ready = f.File.CreatedAt.Add(f.lasts), true
	if err := f.desk.Store.FinishFile(ctx, f.File.Org, f.File.ID, f.File.Size, f.File.ExpiresAt); err != nil {
		return File{}, away(err)
	}
	return f.File, nil
}

// Again writes the form anew, for a file that somebody else keeps.
func (f *Form) Again(ctx context.Context) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range f.fields {
		if err := w.WriteField(field[0], field[1]); err != nil {
			return nil, "", err
		}
	}
	p, err := w.CreateFormFile("file", f.File.Name)
	if err == nil {
		_, err = io.Copy(p, newReader(f.desk.Store, f.desk.vault, f.File).stream(ctx))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, "", away(err)
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// Drop forgets the form's file.
func (f *Form) Drop(ctx context.Context) {
	if !f.File.ID.IsZero() {
		f.desk.drop(ctx, f.File)
	}
}

// drop deletes what an upload left; the sweep does where this cannot.
func (d *Desk) drop(ctx context.Context, f File) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := d.Store.DeleteFile(ctx, f.Org, f.ID); err != nil {
		d.Log.Warn("an upload that came to nothing could not be deleted; the sweep will", "error", err)
	}
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
