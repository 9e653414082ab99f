
J0ÿhmιeY^h`σ%o]l2ΧΉέrdvyξ8πGλοέμwq=]8]΅dcmtqΉt