import Foundation
import StrictJSON
import Support
import Testing

/// A certificate that somebody holds is good after a crash a moment later, since its record was on disk before it left.
@Suite(
    .serialized,
    .enabled(
        if: Shell.has("openssl") && Shell.has("python3"), "openssl or python3 is not installed"))
struct IssuanceCrashTests {
    private static let rounds = 20

    @Test(.timeLimit(.minutes(15)))
    func whatWasHandedOutBeforeAKillIsTakenAfterIt() throws {
        var random = SeededGenerator(for: "IssuanceCrashTests")
        let gateway = try GatewayProcess(
            configuration: "audit: { segment_bytes: 256KiB, fill_bytes: 64KiB }\n")
        try gateway.start()
        try gateway.issue("web", ttl: "24h")
        let csr = try SigningRequest.make(
            "spiffe://maxine.local/ns/default/dc/dc1/svc/web", in: gateway.folder, name: "web")
        try SigningRequest.body(csr).write(
            to: gateway.folder.appending(path: "body.json"), atomically: true, encoding: .utf8)
        var held = 0
        for round in 1...Self.rounds {
            let clients = try gateway.begin(
                ["/bin/sh", "-c", Self.clients], log: "clients.log",
                environment: ["URL": gateway.serviceAddress, "OUT": "held-\(round)"])
            usleep(UInt32.random(in: 40_000...500_000, using: &random))
            gateway.crash()
            clients.status(within: 60)
            try gateway.start()
            let told = try gateway.taken("held-\(round)")
            #expect(told["refused"]?.string == "", "round \(round): \(told)")
            held += Int(told["held"]?.integer ?? 0)
        }
        print("IssuanceCrashTests: \(held) certificates held over \(Self.rounds) kills")
        #expect(held > Self.rounds)
        // The same after an orderly restart, and what the first kill left is still good.
        #expect(gateway.stop() == 0)
        #expect(try gateway.verify().status == 0)
        try gateway.start()
        for round in [1, Self.rounds] {
            let told = try gateway.taken("held-\(round)")
            #expect(told["refused"]?.string == "", "\(told)")
        }
    }

    /// Has certificates issued by the operator and renewed by `web`, one after the other on a few connections.
    private static let clients = """
        mkdir -p "$OUT"
        for c in 1 2 3 4 5 6 7 8; do
          cert=certs/operator.pem key=certs/operator.key path=x509-svids
          if [ $((c % 2)) = 0 ]; then cert=web/svid.pem key=web/svid.key path=renew; fi
          case $path in renew) url=$URL/api/maxine/identity/renew ;; *) url=$URL/api/maxine/identity/x509-svids ;; esac
          curl -s --fail --fail-early --max-time 60 -o "$OUT/$c-#1.json" --cert $cert --key $key --cacert certs/bundle.pem \\
            -H 'content-type: application/json' --data-binary @body.json "$url#[1-500]" &
        done
        wait
        """
}

extension GatewayProcess {
    /// Shows each certificate of a folder of answers, and says how many are held and which are refused; an answer that was cut off is none.
    fileprivate func taken(_ place: String) throws -> JSONValue {
        let result = try Shell.run(
            ["python3", "-c", Self.show, serviceAddress, place], directory: folder,
            timeoutSeconds: 120)
        guard result.status == 0 else { throw NotStarted(description: result.error) }
        return try StrictJSON.parse(Array(result.output.utf8))
    }

    /// Eight handshakes at once: what takes time is waiting for records.
    private static let show = #"""
        import concurrent.futures, json, os, socket, ssl, sys
        from urllib.parse import urlsplit

        address, place = urlsplit(sys.argv[1]), sys.argv[2]


        def refusal(name):
            """Why the certificate of an answer is not taken, "" where it is; None where the answer was cut off."""
            try:
                with open(f"{place}/{name}") as file:
                    chain = json.load(file)["chain"]
            except ValueError:
                return None
            shown = f"{place}/{name}.pem"
            with open(shown, "w") as file:
                file.write(chain)
            context = ssl.create_default_context(cafile="certs/bundle.pem")
            context.load_cert_chain(shown, "web.key")
            try:
                with socket.create_connection((address.hostname, address.port), 10) as raw:
                    with context.wrap_socket(raw, server_hostname=address.hostname) as tls:
                        tls.sendall(b"GET /api/maxine/auth/whoami HTTP/1.1\r\nhost: localhost\r\n\r\n")
                        answer = tls.recv(4096)
            except OSError as error:
                answer = str(error).encode()
            return "" if answer.startswith(b"HTTP/1.1 200") else f"{name}: {answer[:80]!r}"


        names = sorted(name for name in os.listdir(place) if name.endswith(".json"))
        with concurrent.futures.ThreadPoolExecutor(8) as workers:
            told = [said for said in workers.map(refusal, names) if said is not None]
        print(json.dumps({"held": len(told), "refused": "; ".join(filter(None, told))}))
        """#
}
