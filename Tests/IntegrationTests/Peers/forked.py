"""Connects, ends, and leaves the connection to a child: forked.py SOCKET FILE; writes the call's status to the file.

What the kernel noted is the process that connected, which is gone when the call is made. The metadata
x-maxine-peer is sent too: it must not be taken for the agent's own.
"""
import os
import socket
import sys
import time

import h2.connection
import h2.events

connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
parent = os.getpid()
time.sleep(0.2)
if os.fork() > 0:
    os._exit(0)
while os.getppid() == parent:
    time.sleep(0.01)
time.sleep(0.2)
http2 = h2.connection.H2Connection()
http2.initiate_connection()
stream = http2.get_next_available_stream_id()
http2.send_headers(stream, [
    (":method", "POST"), (":scheme", "http"), (":path", "/SpiffeWorkloadAPI/FetchX509SVID"),
    (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers"),
    ("workload.spiffe.io", "true"), ("x-maxine-peer", "forged")])
http2.send_data(stream, b"\0" * 5, end_stream=True)
connection.sendall(http2.data_to_send())
connection.settimeout(5)
status = "none"
while status == "none":
    try:
        data = connection.recv(65536)
    except TimeoutError:
        break
    if not data:
        break
    for event in http2.receive_data(data):
        for name, value in getattr(event, "headers", None) or []:
            name, value = [v.decode() if isinstance(v, bytes) else v for v in (name, value)]
            if name == "grpc-status":
                status = value
    connection.sendall(http2.data_to_send())
with open(sys.argv[2] + ".new", "w", encoding="utf-8") as file:
    file.write(status)
os.rename(sys.argv[2] + ".new", sys.argv[2])
