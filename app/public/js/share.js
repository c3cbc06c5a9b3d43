// What is taken away: the link, and text put on the clipboard.

/** The link of the picture: complete, with the model's version, on the machine that the page came from. */
export const linkOf = (picture) => `${location.origin}/${picture.take.link}`

/** Put text on the clipboard; says whether it worked. Without a secure connection browsers offer the old way alone. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.style.position = 'fixed'
    area.style.opacity = '0'
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}
