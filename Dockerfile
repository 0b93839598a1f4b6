# Two images. web: the app and the shell, no torch.  docker build --target web -t tailscope .
#             worker: the same with torch.           docker build --target worker -t tailscope-worker .
# Both need no file system but /data and /tmp: docker run --read-only --tmpfs /tmp -v tailscope:/data …

# The code once, so that neither image fetches its packages again when a line of it changes.
FROM scratch AS code
COPY pyproject.toml requirements-web.txt requirements-scoring.txt constraints.txt README.md LICENSE /
COPY .streamlit /.streamlit
COPY app /app
COPY components /components
COPY data /data
COPY db /db
COPY pages /pages
COPY risk /risk
COPY scoring /scoring

FROM python:3.11-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app
COPY requirements-web.txt constraints.txt ./
RUN pip install -r requirements-web.txt -c constraints.txt
# The stores live on a volume that belongs to whom the app runs as.
RUN useradd --system --uid 10001 --home-dir /data --create-home tailscope
ENV HOME=/data TAILSCOPE_HOME=/data TAILSCOPE_HOST=0.0.0.0 PYTHONUNBUFFERED=1
# To print its welcome, Streamlit would ask a server on the network for this machine's address.
ENV STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE=true

FROM packages AS web
COPY --from=code / /app/
# In place, not into site-packages: the app finds .streamlit and its mappings beside its code.
RUN pip install --no-deps -e . && python -m compileall -q app components data db pages risk scoring
USER tailscope
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://localhost:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["tailscope"]
CMD ["serve", "--no-worker"]

FROM packages AS worker
COPY requirements-scoring.txt ./
RUN pip install -r requirements-scoring.txt -c constraints.txt
COPY --from=code / /app/
RUN pip install --no-deps -e . && python -m compileall -q app components data db pages risk scoring
USER tailscope
VOLUME /data
# Takes scoring jobs from the stores the web image orders them in.
ENTRYPOINT ["tailscope"]
CMD ["worker"]
