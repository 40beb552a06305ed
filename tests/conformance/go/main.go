// Command verifier judges a log with other people's code: golang.org/x/mod's
// sumdb/note checks the signature and sumdb/tlog authenticates every tile. It shares
// nothing with the Python implementation but the published formats
// (c2sp.org/tlog-tiles, c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof).
//
//	verifier <vkey> <log directory>
//	verifier proof <vkey> <file.tlog-proof> <entry file>
//	verifier cosignature <witness vkey> <vkey> <cosigned checkpoint>
//
// It prints "ok <size> <root in base64>", or the reason and exits with 1.
package main

import (
	"errors"
	"fmt"
	"os"
)

const usage = "usage: verifier <vkey> <log directory>\n" +
	"       verifier proof <vkey> <file.tlog-proof> <entry file>\n" +
	"       verifier cosignature <witness vkey> <vkey> <cosigned checkpoint>"

func main() {
	verdict, err := judge(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(verdict)
}

func judge(args []string) (string, error) {
	switch {
	case len(args) == 4 && args[0] == "proof":
		return judgeProof(args[1], args[2], args[3])
	case len(args) == 4 && args[0] == "cosignature":
		return judgeCosignature(args[1], args[2], args[3])
	case len(args) == 2:
		return judgeLog(args[0], args[1])
	default:
		return "", errors.New(usage)
	}
}
