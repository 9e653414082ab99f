//! MLflow's scoring protocol: request bytes in, response bytes out.
