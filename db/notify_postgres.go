package db

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bodhi-gateway/bodhi/app/live"
)

const (
	channel = "bodhi_live"
	// A connection that died without a word is found out by a ping after this much silence.
	silence     = 10 * time.Second
	pingTimeout = 3 * time.Second
)

// listen hears notifications on a connection of its own until that is lost.
func (b *Bus) listen(ctx context.Context, up func()) error {
	cfg := b.d.pool.Config().ConnConfig
	cfg.RuntimeParams["application_name"] = "bodhi live"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), pingTimeout)
		defer cancel()
		_ = conn.Close(bye)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	up()
	for {
		if err := b.hear(ctx, conn); err != nil {
			return err
		}
	}
}

// hear waits for one notification, or pings.
func (b *Bus) hear(ctx context.Context, conn *pgx.Conn) error {
	quiet, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	n, err := conn.WaitForNotification(quiet)
	if err == nil {
		sender, topic, ok := strings.Cut(n.Payload, " ")
		if ok && sender != b.self {
			_ = b.local.Publish(ctx, live.Topic(topic))
		}
		return nil
	}
	if ctx.Err() != nil || quiet.Err() == nil || conn.IsClosed() {
		return err
	}
	ping, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	return conn.Ping(ping)
}
