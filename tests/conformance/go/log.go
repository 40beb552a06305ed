package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// judgeLog checks every entry and every tile that the checkpoint commits to.
func judgeLog(vkey, directory string) (string, error) {
	data, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint(vkey, data)
	if err != nil {
		return "", err
	}
	reader := &tiles{directory: directory, authenticated: map[tlog.Tile]bool{}}
	hashes := tlog.TileHashReader(tree, reader)
	for first := int64(0); first < tree.N; first += tileWidth {
		if err := judgeBundle(reader, hashes, tree, first); err != nil {
			return "", err
		}
	}
	if err := checkRoot(tree, hashes); err != nil {
		return "", err
	}
	return verdict(tree), reader.checkComplete(tree)
}

// judgeBundle compares 256 entries with the leaf hashes that tlog authenticates
// against the signed root, reading each tile on the way up.
func judgeBundle(r *tiles, hashes tlog.HashReader, tree tlog.Tree, first int64) error {
	width := tree.N - first
	if width > tileWidth {
		width = tileWidth
	}
	indexes := make([]int64, width)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
	}
	leaves, err := hashes.ReadHashes(indexes)
	if err != nil {
		return fmt.Errorf("tiles above entry %d: %v", first, err)
	}
	bundle := tlog.Tile{H: tileHeight, L: -1, N: first / tileWidth, W: int(width)}
	entries, err := r.readEntries(bundle)
	if err != nil {
		return err
	}
	for i, entry := range entries {
		if tlog.RecordHash(entry) != leaves[i] {
			return fmt.Errorf("entry %d does not hash to its leaf", first+int64(i))
		}
	}
	return nil
}

// checkRoot computes the root once more from authenticated hashes.
func checkRoot(tree tlog.Tree, hashes tlog.HashReader) error {
	if tree.N == 0 {
		return nil // x/mod gives the empty tree a root of zeros; RFC 6962 does not.
	}
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("tiles hash to %v, checkpoint says %v", root, tree.Hash)
	}
	return nil
}

// tiles reads tiles from a directory that is laid out as c2sp.org/tlog-tiles says.
type tiles struct {
	directory     string
	authenticated map[tlog.Tile]bool
}

func (r *tiles) Height() int { return tileHeight }

func (r *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, tile := range wanted {
		data, width, err := r.read(tile)
		if err != nil {
			return nil, err
		}
		if len(data) != width*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", path(tile), len(data))
		}
		found[i] = data[:tile.W*tlog.HashSize]
	}
	return found, nil
}

// SaveTiles is how tlog says that it has authenticated these tiles.
func (r *tiles) SaveTiles(proven []tlog.Tile, _ [][]byte) {
	for _, tile := range proven {
		r.authenticated[tile] = true
	}
}

// checkComplete fails when the tree has a tile that tlog was never asked for.
func (r *tiles) checkComplete(tree tlog.Tree) error {
	for _, tile := range tlog.NewTiles(tileHeight, 0, tree.N) {
		nodes := tree.N >> uint(tileHeight*tile.L)
		partial := tile.W < tileWidth
		if partial && tile.N*tileWidth+int64(tile.W) != nodes {
			continue // a partial tile of an earlier size
		}
		if !r.authenticated[tile] {
			return fmt.Errorf("%s was not checked", path(tile))
		}
	}
	return nil
}

// read returns a tile's bytes and width, from the full tile when a log has dropped the
// partial one.
func (r *tiles) read(tile tlog.Tile) ([]byte, int, error) {
	data, err := os.ReadFile(filepath.Join(r.directory, path(tile)))
	if errors.Is(err, fs.ErrNotExist) && tile.W < tileWidth {
		tile.W = tileWidth
		data, err = os.ReadFile(filepath.Join(r.directory, path(tile)))
	}
	return data, tile.W, err
}

func (r *tiles) readEntries(tile tlog.Tile) ([][]byte, error) {
	data, width, err := r.read(tile)
	if err != nil {
		return nil, err
	}
	entries := make([][]byte, 0, width)
	for len(data) >= 2 {
		length := int(binary.BigEndian.Uint16(data))
		if len(data)-2 < length {
			break
		}
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	if len(data) > 0 || len(entries) != width {
		return nil, fmt.Errorf("%s: %d entries, %d bytes left",
			path(tile), len(entries), len(data))
	}
	return entries[:tile.W], nil
}

// path turns x/mod's tile/8/<L>/<N> into C2SP's tile/<L>/<N>.
func path(tile tlog.Tile) string {
	rest := strings.TrimPrefix(tile.Path(), "tile/8/")
	if entries := strings.TrimPrefix(rest, "data/"); entries != rest {
		rest = "entries/" + entries
	}
	return "tile/" + rest
}
