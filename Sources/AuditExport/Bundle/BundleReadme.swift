/// The text of a bundle's README, with every command that checks it.
enum BundleReadme {
    static func text(
        _ facts: BundleFacts, signer: BundleSigner, frameworks: [Control.Framework],
        hasCheckpoint: Bool
    ) -> String {
        let checkpoint = hasCheckpoint ? Self.checkpoint : ""
        return """
            MAXINE AUDIT BUNDLE

            Log size \(facts.size), tree root \(facts.root), made \(facts.made).
            Filter: \(facts.filter). Frameworks: \(frameworks.map(\.title).joined(separator: ", ")).

            Files
              records.jsonl         the records as they were logged, one a line
              records.jsonl.proof   for each record of the log: its hash, exported (i), left out (x); t: a subtree outside the time
              records.csv           the same records as a table
              log.json              size, root and identity of the log
              consistency.json      the proof that the log of the last bundle is the beginning of this one, if there was one
              checkpoint.txt        the log's signed checkpoint (C2SP signed note), if it has one; log-key.txt is its key
              policies.json         the digests of the policies in force; policies/ holds those that were given
              gaps.json             starts, stops, crashes, failures of the log, changes without an outcome
              events.json           how many records of which kind the whole log holds
              controls.csv          which control is met by which records, with their number
              check-root.sh         computes the tree root from the proof with openssl alone

            Who made this? Compare the key's fingerprint with one that you got another way:
            # \(signer.fingerprint)

            $ ssh-keygen -l -f signer.pub

            1. The list of sums is signed by that key (either command is enough):

            $ ssh-keygen -Y verify -f allowed_signers -I \(BundleSigner.identity) -n \(BundleSigner.namespace) -s MANIFEST.sha256.sig < MANIFEST.sha256
            $ openssl pkeyutl -verify -pubin -inkey signer.pem -rawin -in MANIFEST.sha256 -sigfile MANIFEST.sha256.ed25519

            2. Every file is the one that was signed:

            $ sha256sum --check --strict MANIFEST.sha256

            3. The proof leads to the tree root in log.json, and each record to its line in the proof:

            $ sh check-root.sh

            \(checkpoint)What this does not show: that the root is the one that others saw. Compare size and root with a receipt, with a
            checkpoint that you kept, or with the last bundle. Records that a filter left out stand in the proof by their hash;
            ask for any of them by its number. With the log itself at hand:
            maxine audit verify-export records.jsonl --dir AUDIT_FOLDER

            """
    }

    private static let checkpoint = """
        4. The log's own key signed that size and root (compare log-key.txt with one that you got another way):

        $ openssl pkeyutl -verify -pubin -inkey log-key.pem -rawin -in checkpoint.body -sigfile checkpoint.sig
        $ grep -qxF "$(sed -n 3p checkpoint.body)" checkpoint.txt && grep -qF "\\"root\\":\\"$(sed -n 3p checkpoint.body)\\"" log.json


        """

    /// Folds the proof's lines to the root as RFC 6962 section 2.1 says, with sh, coreutils and openssl.
    static let script = #"""
        #!/bin/sh
        # Computes the tree root from records.jsonl.proof and compares it with log.json;
        # hashes each line of records.jsonl and compares it with the proof.
        set -eu
        cd "$(dirname "$0")"
        hash() { openssl dgst -sha256 -binary | base64; }
        node() { { printf '\001'; printf %s "$1" | base64 -d; printf %s "$2" | base64 -d; } | hash; }
        leaf() { { printf '\000'; printf %s "$1"; } | hash; }
        stack= size=0 records=0
        exec 3<records.jsonl
        while read -r kind first second; do
            case $kind in
            t) level=$first hash=$second ;;
            x) level=0 hash=$first ;;
            i)
                level=0 hash=$first records=$((records + 1))
                IFS= read -r line <&3 || { echo "record $((size + 1)) is missing" >&2; exit 1; }
                [ "$(leaf "$line")" = "$hash" ] || { echo "records.jsonl:$records: not as logged" >&2; exit 1; }
                ;;
            *) continue ;;
            esac
            at=$size
            size=$((size + (1 << level)))
            while [ $(((at >> level) & 1)) -eq 1 ]; do
                top=${stack%% *} stack=${stack#* }
                [ "${top%%:*}" = "$level" ] || { echo "the proof has no tree" >&2; exit 1; }
                hash=$(node "${top#*:}" "$hash")
                at=$((at - (1 << level)))
                level=$((level + 1))
            done
            stack="$level:$hash $stack"
        done <records.jsonl.proof
        if IFS= read -r line <&3; then echo "records.jsonl has more lines than the proof" >&2; exit 1; fi
        root=
        for part in $stack; do
            if [ -z "$root" ]; then root=${part#*:}; else root=$(node "${part#*:}" "$root"); fi
        done
        grep -q "\"size\":$size,\"root\":\"$root\"" log.json || { echo "root $root of $size records is not log.json's" >&2; exit 1; }
        echo "$records records, tree of $size, root $root: good"

        """#
}

/// What a bundle says about its log.
struct BundleFacts {
    var size: UInt64
    var root: String
    var filter: String
    var made: String
}
