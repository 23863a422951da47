package web

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/cell"
)

// CSV answers with a table to download, as RFC 4180 has it: CRLF, quotes where they are needed, UTF-8. Cells that a
// spreadsheet would take for a formula begin with an apostrophe, because names in them come from people and clients.
// Numbers are raw decimals with a point, so that machines read them everywhere.
func (c *Context) CSV(filename string, header []string, rows [][]string) error {
	return c.StreamCSV(filename, header, func(write func([]string) error) error {
		for _, row := range rows {
			if err := write(row); err != nil {
				return err
			}
		}
		return nil
	})
}

// StreamCSV is CSV of any length: rows calls write for each row as it comes.
func (c *Context) StreamCSV(filename string, header []string, rows func(write func([]string) error) error) error {
	return c.Download(filename, "text/csv; charset=utf-8; header=present", func() error { return streamCSV(c.Response(), header, rows) })
}

// WriteCSV writes a table as CSV does, for files that leave another way.
func WriteCSV(to io.Writer, header []string, rows [][]string) error {
	return streamCSV(to, header, func(write func([]string) error) error {
		for _, row := range rows {
			if err := write(row); err != nil {
				return err
			}
		}
		return nil
	})
}

func streamCSV(to io.Writer, header []string, rows func(write func([]string) error) error) error {
	w := csv.NewWriter(to)
	w.UseCRLF = true
	if err := w.Write(header); err != nil {
		return err
	}
	err := rows(func(row []string) error {
		safe := make([]string, len(row))
		for i, text := range row {
			safe[i] = cell.Harmless(text)
		}
		return w.Write(safe)
	})
	w.Flush()
	return errors.Join(err, w.Error())
}

// Download answers with a file that write writes piece by piece. What fails on the way cuts the connection: a file that
// ends early would be taken for the whole one.
func (c *Context) Download(filename, contentType string, write func() error) error {
	h := c.Response().Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", filename))
	c.Response().WriteHeader(http.StatusOK)
	if err := write(); err != nil {
		c.server.Log.Error("a download broke off", "request_id", c.RequestID(), "route", c.Path(), "error", err.Error())
		panic(http.ErrAbortHandler)
	}
	return nil
}
