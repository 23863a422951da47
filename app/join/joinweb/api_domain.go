package joinweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/web"
)

type domainInput struct {
	Domain string `json:"domain"`
}

// admissionJSON is what happens with people who have an address in a domain.
type admissionJSON struct {
	Requests bool `json:"requests"`
	Auto     bool `json:"auto"`
	grantJSON
}

type domainJSON struct {
	ID           string        `json:"id"`
	Domain       string        `json:"domain"`
	RecordName   string        `json:"record_name"`
	RecordValue  string        `json:"record_value"`
	VerifiedAt   *time.Time    `json:"verified_at"`
	CheckedAt    *time.Time    `json:"checked_at"`
	FailingSince *time.Time    `json:"failing_since"`
	Admission    admissionJSON `json:"admission"`
}

type domainList struct {
	Data []domainJSON `json:"data"`
}

func domainOut(d join.Domain) domainJSON {
	out := domainJSON{ID: d.ID.String(), Domain: d.Domain, VerifiedAt: when(d.VerifiedAt), CheckedAt: when(d.CheckedAt), FailingSince: when(d.FailingSince),
		Admission: admissionJSON{d.Requests, d.Auto, grantOut(d.Grant)}}
	out.RecordName, out.RecordValue = d.Record()
	return out
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (h *Handlers) apiDomains(c *web.Context) error {
	all, err := h.joining.Domains(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := domainList{Data: make([]domainJSON, len(all))}
	for n, d := range all {
		out.Data[n] = domainOut(d)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiClaim(c *web.Context) error {
	in, err := web.Decode[domainInput](c)
	if err != nil {
		return err
	}
	d, err := h.joining.Claim(c.Ctx(), c.Actor(), in.Domain)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, domainOut(d))
}

func (h *Handlers) apiDomain(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	d, err := h.joining.Domain(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, domainOut(d))
}

func (h *Handlers) apiAdmission(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[admissionJSON](c)
	if err != nil {
		return err
	}
	g, err := in.grant()
	if err != nil {
		return err
	}
	if err := h.joining.Admit(c.Ctx(), c.Actor(), which, join.Admission{Requests: in.Requests, Auto: in.Auto, Grant: g}); err != nil {
		return err
	}
	return h.apiDomain(c)
}

func (h *Handlers) apiCheck(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	d, err := h.joining.Check(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, domainOut(d))
}

func (h *Handlers) apiRelease(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	if err := h.joining.Release(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
