package complianceweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// holdJSON is a legal hold in the management API.
type holdJSON struct {
	ID      string     `json:"id"`
	Member  string     `json:"member"` // whose data it keeps; "" = everybody's
	Reason  string     `json:"reason"`
	SetBy   string     `json:"set_by"`
	SetAt   time.Time  `json:"set_at"`
	EndedBy string     `json:"ended_by"`
	EndedAt *time.Time `json:"ended_at"` // null while it is in force
}

type holdList struct {
	Data []holdJSON `json:"data"`
}

// holdInput sets a legal hold.
type holdInput struct {
	Member string `json:"member"` // id; everybody without
	Reason string `json:"reason"`
}

// eraseInput confirms an erasure.
type eraseInput struct {
	Email  string `json:"email"` // the person's address, to confirm
	Reason string `json:"reason"`
}

// erasureJSON is the proof of an erasure.
type erasureJSON struct {
	ID        string            `json:"id"`
	Member    string            `json:"member"`
	Pseudonym string            `json:"pseudonym"` // what stands in the place of the person's address
	Reason    string            `json:"reason"`
	ErasedBy  string            `json:"erased_by"`
	ErasedAt  time.Time         `json:"erased_at"`
	Tables    []erasedTableJSON `json:"tables"`
	// Entries of the audit log that were rewritten, the number of the first, and the log's last hash before that.
	Entries    int64  `json:"audit_entries"`
	First      int64  `json:"audit_first"`
	HeadBefore string `json:"audit_head_before"`
	// Behind is what came from requests that were under way then, and was erased later. EndedAt is when nothing could come any more;
	// null while something may, and for erasures from before there were later passes.
	Behind      []erasedTableJSON `json:"behind"`
	EndedAt     *time.Time        `json:"ended_at"`
	SilentNodes int64             `json:"silent_nodes"` // whose journals are waited for, or were in vain until it ended
}

// erasedTableJSON is what was done to a table.
type erasedTableJSON struct {
	Table string `json:"table"`
	Done  string `json:"done"` // deleted, cleared or pseudonymous
	Rows  int64  `json:"rows"`
}

type erasureList struct {
	Data []erasureJSON `json:"data"`
}

func holdOut(x compliance.Hold) holdJSON {
	out := holdJSON{ID: x.ID.String(), Member: x.Member.String(), Reason: x.Reason, SetBy: x.By, SetAt: x.At, EndedBy: x.EndedBy}
	if !x.InForce() {
		out.EndedAt = &x.EndedAt
	}
	return out
}

func erasureOut(e compliance.Erasure) erasureJSON {
	out := erasureJSON{ID: e.ID.String(), Member: e.Member.String(), Pseudonym: e.Pseudonym, Reason: e.Reason, ErasedBy: e.By, ErasedAt: e.At, Tables: []erasedTableJSON{},
		Entries: e.Entries, First: e.First, HeadBefore: e.Head, Behind: []erasedTableJSON{}, SilentNodes: e.Behind.Silent}
	for _, n := range e.Counts {
		out.Tables = append(out.Tables, erasedTableJSON{n.Table, string(n.What), n.Rows})
	}
	for _, n := range e.Behind.Counts {
		out.Behind = append(out.Behind, erasedTableJSON{n.Table, string(n.What), n.Rows})
	}
	if !e.Behind.Ended.IsZero() {
		out.EndedAt = &e.Behind.Ended
	}
	return out
}

func (h *Handlers) apiHolds(c *web.Context) error {
	all, err := h.service.Holds(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := holdList{Data: []holdJSON{}}
	for _, x := range all {
		out.Data = append(out.Data, holdOut(x))
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiHold(c *web.Context) error {
	in, err := web.Decode[holdInput](c)
	if err != nil {
		return err
	}
	var who id.Member
	if in.Member != "" {
		if who, err = id.ParseMember(in.Member); err != nil {
			return fault.Field("member", "Give the id of a person of the organization, or nothing for everybody.")
		}
	}
	made, err := h.service.Hold(c.Ctx(), c.Actor(), who, in.Reason)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, holdOut(made))
}

func (h *Handlers) apiEnd(c *web.Context) error {
	which, err := holdID(c)
	if err != nil {
		return err
	}
	if err := h.service.End(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiErase(c *web.Context) error {
	who, err := memberID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[eraseInput](c)
	if err != nil {
		return err
	}
	did, err := h.service.Erase(c.Ctx(), c.Actor(), who, in.Email, in.Reason)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, erasureOut(did))
}

func (h *Handlers) apiErasures(c *web.Context) error {
	all, err := h.service.Erasures(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := erasureList{Data: []erasureJSON{}}
	for _, e := range all {
		out.Data = append(out.Data, erasureOut(e))
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiErasure(c *web.Context) error {
	e, err := h.theErasure(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, erasureOut(e))
}
