"""Two py-spiffe peers speak mTLS: mtls.py SOCKET SERVER_ID CLIENT_ID; prints what each saw of the other."""
import sys
import threading

from spiffe import SpiffeId, X509Source
from spiffetls import ListenOptions, ServerTlsMode, dial, listen
from spiffetls.tlsconfig.authorize import authorize_id

target, server_id, client_id = sys.argv[1:4]


def source(spiffe_id):
    return X509Source(
        socket_path=target,
        svid_picker=lambda svids: next(s for s in svids if str(s.spiffe_id) == spiffe_id))


def uri(connection):
    certificate = connection.get_peer_certificate().to_cryptography()
    from cryptography import x509
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.UniformResourceIdentifier)[0]


def serve(listener, calls):
    for _ in range(calls):
        connection, _ = listener.accept()
        try:
            connection.do_handshake()
            data = connection.recv(100)
            print("server saw", uri(connection), data.decode(), flush=True)
            connection.send(b"pong")
        except Exception as error:
            print("server refused", type(error).__name__, flush=True)
        connection.close()


server, client = source(server_id), source(client_id)
listener = listen("127.0.0.1:0", server, ListenOptions(
    tls_mode=ServerTlsMode.MTLS, authorize_fn=authorize_id(SpiffeId(client_id))))
port = listener.getsockname()[1]
thread = threading.Thread(target=serve, args=(listener, 2), daemon=True)
thread.start()
connection = dial(f"127.0.0.1:{port}", client, authorize_fn=authorize_id(SpiffeId(server_id)))
connection.send(b"ping")
print("client saw", uri(connection), connection.recv(100).decode(), flush=True)
connection.close()
try:
    dial(f"127.0.0.1:{port}", client,
         authorize_fn=authorize_id(SpiffeId("spiffe://maxine.local/somebody/else")))
    print("client took a wrong server", flush=True)
except Exception as error:
    print("client refused", flush=True)
thread.join(timeout=5)
server.close()
client.close()
