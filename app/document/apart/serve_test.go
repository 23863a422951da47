package apart

import "testing"

func TestReadersLeaveTheContainerRoom(t *testing.T) {
	t.Parallel()
	const MiB = 1 << 20
	for container, want := range map[int64]int64{0: 512 * MiB, 256 * MiB: 160 * MiB, 512 * MiB: 160 * MiB, 1024 * MiB: 256 * MiB, 8192 * MiB: 512 * MiB} {
		if got := bound(container); got != want {
			t.Errorf("in %d MiB a reader may take %d MiB, want %d", container/MiB, got/MiB, want/MiB)
		}
	}
}
